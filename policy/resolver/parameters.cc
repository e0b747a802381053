// SPDX-License-Identifier: Apache-2.0
// Parameters whose types a client left open. The server gives such a one the type that the first
// use of it asks for: variable_coerce_param_hook of parse_param.c. Here each use is asked alone, so
// that their order does not matter: only where all of them ask for the same type is it told.
#include <algorithm>

#include "policy/catalog/pseudo_types.h"
#include "policy/resolver/analysis.h"

namespace policy::resolver {

Value Analysis::parameter(const ParamRef& node) {
  const auto index = static_cast<std::size_t>(node.number) - 1;
  const auto types =
      prepared_types_.empty() ? input_.parameter_types : std::span<const Oid>(prepared_types_);
  if (node.number < 1) return {};
  if (index < types.size() && types[index] != 0) return {.type = types[index]};
  const bool is_used_once =
      index < input_.parameter_uses.size() && input_.parameter_uses[index] == 1;
  Value value{.type = is_used_once || asked_ != nullptr ? catalog::kUnknown : kCannotTell,
              .offset = place(node.location),
              .is_parameter = true};
  if (asked_ != nullptr) value.parameter = node.number;
  return value;
}

// A use of `value` asks for `type`.
void Analysis::ask(const Value& value, Oid type) {
  if (asked_ == nullptr || value.parameter == 0 || value.type != catalog::kUnknown) return;
  asked_->push_back({.parameter = value.parameter, .place = value.offset, .type = type});
}

void Analysis::ask_all(std::span<const Value> arguments, const catalog::Choice& choice) {
  const bool is_one = choice.functions.size() == 1 && choice.functions.front()->variadic == 0;
  if (is_one) ask_all(arguments, choice.functions.front()->arguments);
}

// The arguments of the one function or operator that is chosen. Two open parameters together
// depend on each other, so they tell nothing.
void Analysis::ask_all(std::span<const Value> values, std::span<const Oid> declared) {
  if (asked_ == nullptr || values.size() != declared.size()) return;
  const auto is_open = [](const Value& value) { return value.parameter != 0; };
  if (std::ranges::count_if(values, is_open) != 1) return;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto* type = snapshot_.type(declared[i]);
    const bool is_told = type != nullptr && type->kind != catalog::TypeKind::Pseudo;
    if (is_told) ask(values[i], declared[i]);
  }
}

}  // namespace policy::resolver

namespace policy {
namespace {

using resolver::Asked;

// The type that every use of parameter `number` asks for; 0: there is none.
catalog::Oid common_wish(const std::vector<Asked>& all, int number, std::size_t uses) {
  catalog::Oid type = 0;
  std::vector<std::size_t> places;
  for (const auto& asked : all) {
    if (asked.parameter != number) continue;
    if (std::ranges::find(places, asked.place) == places.end()) places.push_back(asked.place);
    if (asked.type == 0) continue;
    if (type != 0 && type != asked.type) return 0;
    type = asked.type;
  }
  return places.size() == uses ? type : 0;
}

bool is_open(const ResolveInput& input, std::size_t index) {
  const auto& types = input.parameter_types;
  return input.parameter_uses[index] > 1 && (index >= types.size() || types[index] == 0);
}

}  // namespace

// The given types, and those of parameters used more than once that all uses agree on. Empty: what
// is given is all.
std::vector<catalog::Oid> resolver::parameter_types(const void* statement,
                                                    const ResolveInput& input) {
  const std::size_t count = input.parameter_uses.size();
  bool has_open = false;
  for (std::size_t i = 0; i < count; ++i) has_open |= is_open(input, i);
  if (!has_open) return {};
  std::vector<Asked> asked;
  Facts unused;
  Analysis analysis(input, unused);
  analysis.ask_into(asked);
  analysis.statement(statement);
  std::vector<catalog::Oid> types(input.parameter_types.begin(), input.parameter_types.end());
  types.resize(std::max(types.size(), count));
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_open(input, i)) continue;
    types[i] = common_wish(asked, static_cast<int>(i) + 1, input.parameter_uses[i]);
  }
  return types;
}

}  // namespace policy
