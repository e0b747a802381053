// SPDX-License-Identifier: Apache-2.0
// What a name can mean before any type is looked at: FuncnameGetCandidates() and
// OpernameGetCandidates() of namespace.c. No two candidates take the same types.
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
    if (place >= fixed) return repeated;
    return place < first.size() ? first[place] : types[place];
  }
  bool takes_same(const Candidate& other, std::size_t count) const;

  const Oid* types = nullptr;     // in the call's order
  std::array<Oid, 2> first{};     // the first two of them
  std::uint32_t fixed = 0;        // so many of `types` stand as they are declared
  Oid repeated = 0;               // type of every place after them: VARIADIC; 0: none
  std::uint32_t schema_rank = 0;  // place of its schema in the path
  If outcome = If::Chosen;
};

class Candidates {
 public:
  Candidates() : list_(&memory_) {}
  Candidates(const Candidates&) = delete;
  Candidates& operator=(const Candidates&) = delete;
  ~Candidates() = default;

  void add_functions(const Snapshot& snapshot, const CallShape& call);
  void add_operators(const Snapshot& snapshot, std::string_view name, std::span<const Oid> path,
                     bool is_prefix);
  std::span<const Candidate> all() const { return list_; }

 private:
  void add_function(const Function& function, const CallShape& call, std::uint32_t rank);
  bool add_positional(Candidate& candidate, const CallShape& call);
  bool add_named(Candidate& candidate, const CallShape& call, std::size_t positional);
  void keep_best(const Candidate& candidate, std::size_t argument_count);

  std::array<std::byte, 8192> buffer_;
  std::pmr::monotonic_buffer_resource memory_{buffer_.data(), buffer_.size()};
  std::pmr::vector<Candidate> list_;
  bool any_special_ = false;  // named, variadic or with defaults: two of one schema may collide
};

}  // namespace policy::catalog
