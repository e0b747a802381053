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

void set_types(Candidate& candidate, std::span<const Oid> types) {
  candidate.types = types.data();
  candidate.fixed = static_cast<std::uint32_t>(types.size());
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

}  // namespace

bool Candidate::takes_same(const Candidate& other, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i) {
    if (at(i) != other.at(i)) return false;
  }
  return true;
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
  if (fits) keep_best(candidate, call.arguments.size());
}

bool Candidates::add_positional(Candidate& candidate, const CallShape& call) {
  const Function& function = *candidate.function;
  const std::size_t given = call.arguments.size();
  const std::size_t declared = function.arguments.size();
  const bool is_variadic = function.variadic != 0 && declared <= given && !call.is_variadic;
  if (declared > given && !has_defaults_for(function, given)) return false;
  if (declared < given && !is_variadic) return false;
  set_types(candidate, function.arguments);
  if (is_variadic) {
    candidate.fixed = static_cast<std::uint32_t>(declared - 1);
    candidate.repeated = function.variadic;
  }
  any_special_ |= is_variadic || declared > given;
  return true;
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
  set_types(candidate, {types, declared});
  any_special_ = true;
  // VARIADIC must stand at the last parameter.
  if (call.is_variadic && places[given - 1] != given - 1) candidate.outcome = Candidate::If::Absent;
  return true;
}

// Of those that take the same types the one of the earliest schema stays, then one that is not
// expanded from VARIADIC; where that does not decide, the call is ambiguous.
void Candidates::keep_best(const Candidate& candidate, std::size_t argument_count) {
  for (Candidate& other : list_) {
    if (!any_special_ && other.schema_rank == candidate.schema_rank) break;
    if (!candidate.takes_same(other, argument_count)) continue;
    if (other.schema_rank < candidate.schema_rank) return;
    const bool is_expanded = candidate.repeated != 0;
    const bool is_other_expanded = other.repeated != 0;
    if (is_expanded == is_other_expanded) {
      other.outcome = Candidate::If::Ambiguous;
    } else if (is_other_expanded) {
      other = candidate;
    }
    return;
  }
  list_.push_back(candidate);
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
      keep_best(candidate, 2);
    }
  }
}

}  // namespace policy::catalog
