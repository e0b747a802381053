// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/selection.h"

#include <algorithm>
#include <optional>

#include "policy/catalog/polymorphic.h"
#include "policy/catalog/pseudo_types.h"

namespace policy::catalog {
namespace {

using Inputs = std::span<const Input>;
using List = CandidateList;

// More candidates than this are not compared pair by pair: all that fit are then kept.
constexpr std::size_t kPairwiseMax = 512;
constexpr char kStrings = 'S';

bool is_unknown(const Input& input) { return input.type == kUnknown; }
bool is_untold(const Input& input) { return input.type == kCannotTell; }
bool is_known(const Input& input) { return input.base_row != nullptr; }

bool fits_together(const Snapshot& snapshot, Inputs inputs, const Candidate& candidate) {
  Polymorphic polymorphic(snapshot);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!polymorphic.add(candidate.at(i), inputs[i].type)) return false;
  }
  return polymorphic.settle();
}

// can_coerce_type() of all arguments.
bool fits(const Snapshot& snapshot, Inputs inputs, const Candidate& candidate) {
  bool any_polymorphic = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Oid target = candidate.at(i);
    if (!is_accepted(snapshot, inputs[i], target)) return false;
    any_polymorphic |= is_polymorphic(target);
  }
  return !any_polymorphic || fits_together(snapshot, inputs, candidate);
}

int exact_count(Inputs inputs, const Candidate& candidate) {
  int count = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    count += is_known(inputs[i]) && candidate.at(i) == inputs[i].base ? 1 : 0;
  }
  return count;
}

int exact_or_preferred_count(const Snapshot& snapshot, Inputs inputs, const Candidate& candidate) {
  int count = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!is_known(inputs[i])) continue;
    const Oid target = candidate.at(i);
    const bool is_good =
        target == inputs[i].base || is_preferred(snapshot, target, inputs[i].category);
    count += is_good ? 1 : 0;
  }
  return count;
}

template <class Count>
void keep_best(List& list, Count count) {
  int best = 0;
  for (const Candidate* candidate : list) best = std::max(best, count(*candidate));
  std::erase_if(list, [&](const Candidate* candidate) { return count(*candidate) != best; });
}

struct Slot {
  char category = 0;
  bool has_preferred = false;
};

// The category that a literal without type is taken to have at one place. Strings win; else all
// candidates must agree.
std::optional<Slot> slot_at(const Snapshot& snapshot, std::size_t place, const List& list) {
  Slot slot;
  bool is_conflict = false;
  for (const Candidate* candidate : list) {
    const Type* type = snapshot.type(candidate->at(place));
    const char category = type == nullptr ? 'X' : type->category;
    const bool is_preferred = type != nullptr && type->is_preferred;
    if (slot.category == 0 || (category != slot.category && category == kStrings)) {
      slot = {category, is_preferred};
    } else if (category == slot.category) {
      slot.has_preferred |= is_preferred;
    } else {
      is_conflict = true;
    }
  }
  if (is_conflict && slot.category != kStrings) return std::nullopt;
  return slot;
}

bool is_in(const Snapshot& snapshot, Slot slot, Oid target) {
  const Type* type = snapshot.type(target);
  const char category = type == nullptr ? 'X' : type->category;
  if (category != slot.category) return false;
  return !slot.has_preferred || (type != nullptr && type->is_preferred);
}

void keep_by_category(const Snapshot& snapshot, Inputs inputs, List& list) {
  std::vector<std::pair<std::size_t, Slot>> slots;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!is_unknown(inputs[i])) continue;
    const auto slot = slot_at(snapshot, i, list);
    if (!slot) return;
    slots.emplace_back(i, *slot);
  }
  const auto is_good = [&](const Candidate* candidate) {
    return std::ranges::all_of(slots, [&](const auto& place_and_slot) {
      return is_in(snapshot, place_and_slot.second, candidate->at(place_and_slot.first));
    });
  };
  if (std::ranges::none_of(list, is_good)) return;
  std::erase_if(list, [&](const Candidate* candidate) { return !is_good(candidate); });
}

// Where all known types are the same base type, the literals are taken to be of it too.
void keep_by_the_known_type(const Snapshot& snapshot, Inputs inputs, List& list) {
  const auto known = std::ranges::find_if(inputs, is_known);
  if (known == inputs.end()) return;
  const bool all_same = std::ranges::all_of(
      inputs, [&](const Input& input) { return is_unknown(input) || input.base == known->base; });
  if (!all_same) return;
  const std::vector<Input> same(inputs.size(), input_of(snapshot, known->base));
  List fitting(list.get_allocator());
  std::ranges::copy_if(list, std::back_inserter(fitting), [&](const Candidate* candidate) {
    return fits(snapshot, same, *candidate);
  });
  if (fitting.size() == 1) list = std::move(fitting);
}

// func_select_candidate().
void keep_the_best(const Snapshot& snapshot, Inputs inputs, List& list) {
  keep_best(list, [&](const Candidate& candidate) { return exact_count(inputs, candidate); });
  if (list.size() == 1) return;
  keep_best(list, [&](const Candidate& candidate) {
    return exact_or_preferred_count(snapshot, inputs, candidate);
  });
  if (list.size() == 1 || std::ranges::none_of(inputs, is_unknown)) return;
  keep_by_category(snapshot, inputs, list);
  if (list.size() == 1) return;
  keep_by_the_known_type(snapshot, inputs, list);
}

// Beats: wherever `other` fits, this one does too, takes the same at every place that cannot be
// told, and matches the told places better. PostgreSQL then never chooses `other`, unless it is an
// exact match.
struct Standing {
  Candidate* candidate = nullptr;
  int exact = 0;
  int preferred = 0;
  bool may_be_exact = false;  // exactly the told types, before domains are looked through
  bool is_fixed = false;      // nothing polymorphic where types cannot be told

  bool beats(const Standing& other, Inputs inputs) const {
    if (!is_fixed || other.may_be_exact) return false;
    if (exact < other.exact || (exact == other.exact && preferred <= other.preferred)) return false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (is_untold(inputs[i]) && candidate->at(i) != other.candidate->at(i)) return false;
    }
    return true;
  }
};

Standing standing_of(const Snapshot& snapshot, Inputs inputs, Candidate& candidate) {
  Standing standing{&candidate, exact_count(inputs, candidate),
                    exact_or_preferred_count(snapshot, inputs, candidate), true, true};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Oid target = candidate.at(i);
    standing.may_be_exact &= !is_known(inputs[i]) || target == inputs[i].type;
    standing.is_fixed &= !is_untold(inputs[i]) || !is_polymorphic(target);
  }
  return standing;
}

void drop_beaten(const Snapshot& snapshot, Inputs inputs, List& list) {
  if (list.size() > kPairwiseMax || std::ranges::none_of(inputs, is_known)) return;
  std::vector<Standing> standings;
  standings.reserve(list.size());
  for (Candidate* candidate : list) {
    standings.push_back(standing_of(snapshot, inputs, *candidate));
  }
  list.clear();
  for (const Standing& standing : standings) {
    const bool is_beaten = std::ranges::any_of(
        standings, [&](const Standing& other) { return other.beats(standing, inputs); });
    if (!is_beaten) list.push_back(standing.candidate);
  }
}

// What PostgreSQL refuses when it is chosen is no choice.
void drop_refused(Selection& selection) {
  selection.is_ambiguous |= selection.candidates.size() == 1 &&
                            selection.candidates.front()->outcome == Candidate::If::Ambiguous;
  std::erase_if(selection.candidates, [](const Candidate* candidate) {
    return candidate->outcome != Candidate::If::Chosen;
  });
}

bool is_exact(Inputs inputs, const Candidate& candidate) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (candidate.at(i) != inputs[i].type) return false;
  }
  return true;
}

void select_one(const Snapshot& snapshot, Inputs inputs, Selection& selection) {
  List& list = selection.candidates;
  if (list.size() > 1) keep_the_best(snapshot, inputs, list);
  if (list.size() > 1) {
    list.clear();
    selection.is_ambiguous = true;
  }
}

}  // namespace

Selection select(const Snapshot& snapshot, std::span<const Input> inputs,
                 std::span<Candidate> candidates, std::pmr::memory_resource& memory) {
  Selection selection{List(&memory)};
  List& list = selection.candidates;
  const bool all_told = std::ranges::none_of(inputs, is_untold);
  for (Candidate& candidate : candidates) {
    if (all_told && is_exact(inputs, candidate)) list.push_back(&candidate);
  }
  const bool has_exact = !list.empty();
  for (Candidate& candidate : candidates) {
    if (!has_exact && fits(snapshot, inputs, candidate)) list.push_back(&candidate);
  }
  if (list.size() > 1) drop_hidden(list, inputs.size());
  if (all_told) {
    select_one(snapshot, inputs, selection);
  } else {
    drop_beaten(snapshot, inputs, list);
  }
  drop_refused(selection);
  return selection;
}

}  // namespace policy::catalog
