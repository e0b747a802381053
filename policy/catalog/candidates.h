// SPDX-License-Identifier: Apache-2.0
// What a name can mean before any type is looked at: FuncnameGetCandidates() and
// OpernameGetCandidates() of namespace.c.
#pragma once

#include <array>
#include <memory>
#include <memory_resource>
#include <vector>

#include "policy/catalog/typing.h"

namespace policy::catalog {

constexpr std::size_t kArgumentsMax = 100;  // FUNC_MAX_ARGS

struct Candidate {
  // What PostgreSQL does where this one is chosen.
  enum class If : std::uint8_t { Chosen, Ambiguous, Absent };

  const Function* function = nullptr;
  const Operator* op = nullptr;
  // The type that it takes at each place of the call.
  Oid at(std::size_t place) const {
    if (place < first.size()) return first[place];
    return place < fixed ? types[place] : repeated;
  }
  bool takes_same(const Candidate& other, std::size_t count) const;

  const Oid* types = nullptr;     // in the call's order
  std::array<Oid, 2> first{};     // at the first two places
  std::uint32_t fixed = 0;        // so many of `types` stand as they are declared
  Oid repeated = 0;               // type of every place after them: VARIADIC; 0: none
  std::uint32_t schema_rank = 0;  // place of its schema in the path
  If outcome = If::Chosen;
};

using CandidateList = std::pmr::vector<Candidate*>;

// Of those that take the same types the one of the earliest schema stays, then one that is not
// expanded from VARIADIC; where that does not decide, the one left is Ambiguous. Which types the
// call has plays no part: a list that holds either all of equal ones or none may be passed.
void drop_hidden(CandidateList& list, std::size_t argument_count);

class Candidates {
 public:
  Candidates() : list_(&memory_) {}
  Candidates(const Candidates&) = delete;
  Candidates& operator=(const Candidates&) = delete;
  ~Candidates() = default;

  // In the order of the path; hidden ones are still among them.
  void add_functions(const Snapshot& snapshot, const CallShape& call);
  void add_operators(const Snapshot& snapshot, std::string_view name, std::span<const Oid> path,
                     bool is_prefix);
  std::span<Candidate> all() { return list_; }

 private:
  void add_function(const Function& function, const CallShape& call, std::uint32_t rank);
  bool add_named(Candidate& candidate, const CallShape& call, std::size_t positional);

  std::array<std::byte, 8192> buffer_;
  std::pmr::monotonic_buffer_resource memory_{buffer_.data(), buffer_.size()};
  std::pmr::vector<Candidate> list_;
};

}  // namespace policy::catalog
