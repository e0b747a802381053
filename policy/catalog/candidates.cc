// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/candidates.h"

#include <algorithm>

namespace policy::catalog {
namespace {

std::size_t positional_count(const CallShape& call) {
  const auto named = std::ranges::find_if(
      call.arguments, [](const Argument& argument) { return !argument.name.empty(); });
  return static_cast<std::size_t>(named - call.arguments.begin());
}

void set_types(Candidate& candidate, std::span<const Oid> types, Oid repeated) {
  candidate.types = types.data();
  candidate.fixed = static_cast<std::uint32_t>(types.size());
  candidate.repeated = repeated;
  candidate.first.fill(repeated);
  std::ranges::copy(types.first(std::min(types.size(), candidate.first.size())),
                    candidate.first.begin());
}

bool has_defaults_for(const Function& function, std::size_t given) {
  return given + static_cast<std::size_t>(function.defaults) >= function.arguments.size();
}

// MatchNamedCall(): the function's parameter for each argument of the call, then those left to
// their defaults. Empty: no match.
std::vector<std::size_t> places_of(const Function& function, const CallShape& call,
                                   std::size_t positional) {
  const std::size_t count = function.arguments.size();
  if (function.argument_names.size() != count) return {};
  std::vector<std::size_t> places;
  std::vector<bool> given(count);
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    std::size_t place = i;
    if (i >= positional) {
      const auto found = std::ranges::find(function.argument_names, call.arguments[i].name);
      place = static_cast<std::size_t>(found - function.argument_names.begin());
    }
    if (place >= count || given[place]) return {};
    given[place] = true;
    places.push_back(place);
  }
  const std::size_t first_default = count - static_cast<std::size_t>(function.defaults);
  for (std::size_t place = 0; place < count; ++place) {
    if (given[place]) continue;
    if (place < first_default) return {};
    places.push_back(place);
  }
  return places;
}

// A schema named twice counts at its first place.
bool is_repeated(std::span<const Oid> path, std::size_t place) {
  return std::ranges::find(path.first(place), path[place]) !=
         path.begin() + static_cast<long>(place);
}

bool add_positional(Candidate& candidate, const CallShape& call) {
  const Function& function = *candidate.function;
  const std::size_t given = call.arguments.size();
  const std::size_t declared = function.arguments.size();
  const bool is_variadic = function.variadic != 0 && declared <= given && !call.is_variadic;
  if (declared > given && !has_defaults_for(function, given)) return false;
  if (declared < given && !is_variadic) return false;
  const std::span<const Oid> types(function.arguments);
  set_types(candidate, is_variadic ? types.first(declared - 1) : types,
            is_variadic ? function.variadic : 0);
  return true;
}

// False: `candidate` is to be left out, for one that is kept already.
bool stands_beside(Candidate& candidate, CandidateList& kept, std::size_t argument_count) {
  for (Candidate*& other : kept) {
    // Two operators of one schema never take the same types; the list is in the path's order.
    if (candidate.op != nullptr && other->schema_rank == candidate.schema_rank) break;
    if (!candidate.takes_same(*other, argument_count)) continue;
    const bool is_expanded = candidate.repeated != 0;
    const bool is_other_expanded = other->repeated != 0;
    if (other->schema_rank < candidate.schema_rank) return false;
    if (is_expanded == is_other_expanded) {
      other->outcome = Candidate::If::Ambiguous;
    } else if (is_other_expanded) {
      other = &candidate;
    }
    return false;
  }
  return true;
}

}  // namespace

bool Candidate::takes_same(const Candidate& other, std::size_t count) const {
  if (count > 0 && first[0] != other.first[0]) return false;
  for (std::size_t i = 1; i < count; ++i) {
    if (at(i) != other.at(i)) return false;
  }
  return true;
}

void drop_hidden(CandidateList& list, std::size_t argument_count) {
  CandidateList kept(list.get_allocator());
  for (Candidate* candidate : list) {
    if (stands_beside(*candidate, kept, argument_count)) kept.push_back(candidate);
  }
  list = std::move(kept);
}

void Candidates::add_functions(const Snapshot& snapshot, const CallShape& call) {
  const auto functions = snapshot.functions(call.name);
  if (call.arguments.size() > kArgumentsMax) return;
  list_.reserve(std::min<std::size_t>(functions.size(), 64));
  for (std::size_t rank = 0; rank < call.path.size(); ++rank) {
    if (is_repeated(call.path, rank)) continue;
    for (const Function* function : functions) {
      if (function->schema != call.path[rank]) continue;
      add_function(*function, call, static_cast<std::uint32_t>(rank));
    }
  }
}

void Candidates::add_function(const Function& function, const CallShape& call, std::uint32_t rank) {
  const std::size_t positional = positional_count(call);
  Candidate candidate{.function = &function, .schema_rank = rank};
  const bool fits = positional == call.arguments.size() ? add_positional(candidate, call)
                                                        : add_named(candidate, call, positional);
  if (fits) list_.push_back(candidate);
}

bool Candidates::add_named(Candidate& candidate, const CallShape& call, std::size_t positional) {
  const Function& function = *candidate.function;
  const std::size_t given = call.arguments.size();
  const std::size_t declared = function.arguments.size();
  if (function.variadic != 0 && !call.is_variadic) return false;
  if (declared < given || !has_defaults_for(function, given)) return false;
  const auto places = places_of(function, call, positional);
  if (places.empty()) return false;
  Oid* types = std::pmr::polymorphic_allocator<Oid>(&memory_).allocate(declared);
  for (std::size_t i = 0; i < declared; ++i) types[i] = function.arguments[places[i]];
  set_types(candidate, {types, declared}, 0);
  // VARIADIC must stand at the last parameter.
  if (call.is_variadic && places[given - 1] != given - 1) candidate.outcome = Candidate::If::Absent;
  return true;
}

void Candidates::add_operators(const Snapshot& snapshot, std::string_view name,
                               std::span<const Oid> path, bool is_prefix) {
  const auto operators = snapshot.operators(name);
  list_.reserve(std::min<std::size_t>(operators.size(), 96));
  for (std::size_t rank = 0; rank < path.size(); ++rank) {
    if (is_repeated(path, rank)) continue;
    for (const Operator* op : operators) {
      if (op->schema != path[rank] || (op->left == 0) != is_prefix) continue;
      Candidate candidate{.op = op, .fixed = 2, .schema_rank = static_cast<std::uint32_t>(rank)};
      candidate.first = is_prefix ? std::array{op->right, Oid{0}} : std::array{op->left, op->right};
      list_.push_back(candidate);
    }
  }
}

}  // namespace policy::catalog
