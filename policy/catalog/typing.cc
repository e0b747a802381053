// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/typing.h"

#include <algorithm>
#include <array>
#include <memory_resource>

#include "policy/catalog/candidates.h"
#include "policy/catalog/cast_code.h"
#include "policy/catalog/coercion.h"
#include "policy/catalog/polymorphic.h"
#include "policy/catalog/pseudo_types.h"
#include "policy/catalog/selection.h"

namespace policy::catalog {
namespace {

using Inputs = std::span<const Input>;
using Arena = std::pmr::memory_resource;

constexpr char kStrings = 'S';

bool is_untold(const Input& input) { return input.type == kCannotTell; }

Polymorphic bindings_of(const Snapshot& snapshot, Inputs inputs, const Candidate& candidate) {
  Polymorphic bindings(snapshot);
  for (std::size_t i = 0; i < inputs.size(); ++i) bindings.add(candidate.at(i), inputs[i].type);
  // What is left to its default.
  for (std::size_t i = inputs.size(); i < candidate.fixed && candidate.op == nullptr; ++i) {
    bindings.add(candidate.at(i), kCannotTell);
  }
  bindings.settle();
  return bindings;
}

// What runs to turn one argument into what the candidate takes there, where that is polymorphic.
void add_polymorphic_code(CastCode& code, const Polymorphic& bindings, const Input& input,
                          Oid declared) {
  const Oid target = bindings.resolve(declared);
  const bool is_literal = input.type == kUnknown || is_untold(input);
  if (is_any_element_family(declared) && !is_literal) return;
  if (target == kCannotTell) {
    if (bindings.argument_count() > 1) code.add_any();
  } else if (is_any_element_family(declared)) {
    code.add(kUnknown, target, Context::Implicit);
  } else {
    code.add(input.type, target, Context::Implicit);
  }
}

struct Outcome {
  CastCode code;
  Oid result = kCannotTell;
  bool is_first = true;

  void add_result(Oid type) {
    result = is_first || result == type ? type : kCannotTell;
    is_first = false;
  }

  void add(const Snapshot& snapshot, Inputs inputs, const Candidate& candidate, Oid declared) {
    bool any_polymorphic = is_polymorphic(declared);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Oid target = candidate.at(i);
      any_polymorphic |= is_polymorphic(target);
      if (target != inputs[i].type) code.add(inputs[i].type, target, Context::Implicit);
    }
    if (!any_polymorphic) return add_result(declared);
    const Polymorphic bindings = bindings_of(snapshot, inputs, candidate);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!is_polymorphic(candidate.at(i))) continue;
      add_polymorphic_code(code, bindings, inputs[i], candidate.at(i));
    }
    add_result(bindings.resolve(declared));
  }
};

// resolve_polymorphic_tupdesc(): what OUT parameters and columns of TABLE are in this call.
std::vector<Oid> output_types_of(const Snapshot& snapshot, Inputs inputs,
                                 const Candidate& candidate) {
  std::vector<Oid> types;
  if (candidate.function->outputs.empty()) return types;
  const Polymorphic bindings = bindings_of(snapshot, inputs, candidate);
  for (const NamedType& output : candidate.function->outputs) {
    const Type* type = snapshot.type(bindings.resolve(output.type));
    const bool is_told = type != nullptr && type->kind != TypeKind::Pseudo;
    types.push_back(is_told ? type->oid : kCannotTell);
  }
  return types;
}

// FuncNameAsType(): the first type of that name on the path, unless it is a row type.
Oid type_named(const Snapshot& snapshot, const CallShape& call) {
  for (const Oid schema : call.path) {
    if (const Type* type = snapshot.type(schema, call.name)) {
      return type->relation == 0 ? type->oid : 0;
    }
  }
  return 0;
}

bool is_row(const Snapshot& snapshot, Oid type) {
  const Type* row = snapshot.type(type);
  return type == kRecord || (row != nullptr && row->relation != 0);
}

bool is_conversion(const Snapshot& snapshot, const Argument& argument, const Input& input,
                   Oid target) {
  if (input.type == kUnknown && !argument.is_parameter) return true;
  switch (coercion_of(snapshot, input.type, target, Context::Explicit).way) {
    case Coercion::Way::Relabel: return true;
    case Coercion::Way::InputOutput:
      return !is_row(snapshot, input.type) || snapshot.type(target)->category != kStrings;
    case Coercion::Way::None:
    case Coercion::Way::Function:
    case Coercion::Way::Elements: break;
  }
  return false;
}

bool is_exact(Inputs inputs, const Candidate& candidate) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (candidate.at(i) != inputs[i].type) return false;
  }
  return true;
}

// FUNCDETAIL_COERCION of func_get_detail(). 0: the call is none.
Oid cast_target_of(const Snapshot& snapshot, const CallShape& call, Inputs inputs,
                   std::span<const Candidate> candidates) {
  if (inputs.size() != 1 || !call.arguments.front().name.empty()) return 0;
  const bool has_exact = !is_untold(inputs.front()) &&
                         std::ranges::any_of(candidates, [&](const Candidate& candidate) {
                           return is_exact(inputs, candidate);
                         });
  if (has_exact) return 0;
  const Oid target = type_named(snapshot, call);
  if (target == 0 || is_untold(inputs.front())) return target;
  return is_conversion(snapshot, call.arguments.front(), inputs.front(), target) ? target : 0;
}

// rank(1) WITHIN GROUP (ORDER BY x): each is brought to the common type of both.
void add_hypothetical_code(CastCode& code, const Function& function, Inputs inputs) {
  if (!function.is_ordered_set || function.variadic != kAny) return;
  for (const Input& one : inputs) {
    for (const Input& other : inputs) {
      if (one.type == other.type || other.type == kUnknown) continue;
      if (is_untold(other)) {
        code.add_any();
      } else {
        code.add(one.type, other.base, Context::Implicit);
      }
    }
  }
}

std::pmr::vector<Input> inputs_of(const Snapshot& snapshot, std::span<const Argument> arguments,
                                  Arena& arena) {
  std::pmr::vector<Input> inputs(&arena);
  inputs.reserve(arguments.size());
  for (const Argument& argument : arguments) inputs.push_back(input_of(snapshot, argument.type));
  return inputs;
}

const Operator* operator_in(std::span<const Operator* const> operators, Oid schema, Oid left,
                            Oid right) {
  for (const Operator* op : operators) {
    if (op->right == right && op->left == left && op->schema == schema) return op;
  }
  return nullptr;
}

// OpernameGetOprid(): of exactly these types, of the first schema that has one.
const Operator* exact_operator(const Snapshot& snapshot, std::string_view name,
                               std::span<const Oid> path, Oid left, Oid right) {
  const auto operators = snapshot.operators(name);
  for (const Oid schema : path) {
    if (const Operator* op = operator_in(operators, schema, left, right)) return op;
  }
  return nullptr;
}

// binary_oper_exact(): a literal is first taken to be of the other operand's type.
const Operator* exact_binary(const Snapshot& snapshot, std::string_view name,
                             std::span<const Oid> path, Oid left, Oid right) {
  const bool is_literal = left == kUnknown || right == kUnknown;
  if (left == kUnknown) left = right;
  if (right == kUnknown) right = left;
  if (const Operator* op = exact_operator(snapshot, name, path, left, right)) return op;
  if (!is_literal) return nullptr;
  const Oid base = base_type(snapshot, left);
  return base == left ? nullptr : exact_operator(snapshot, name, path, base, base);
}

Candidate candidate_of(const Operator& op) {
  Candidate candidate{.op = &op, .fixed = 2};
  candidate.first = op.left == 0 ? std::array{op.right, Oid{0}} : std::array{op.left, op.right};
  return candidate;
}

OperatorChoice choice_of(const Snapshot& snapshot, Inputs inputs,
                         std::span<Candidate* const> candidates) {
  OperatorChoice choice;
  Outcome outcome{CastCode(snapshot)};
  for (const Candidate* candidate : candidates) {
    choice.operators.push_back(candidate->op);
    outcome.add(snapshot, inputs, *candidate, candidate->op->result);
  }
  choice.result = outcome.result;
  choice.cast_functions = outcome.code.take();
  return choice;
}

}  // namespace

Choice choose_function(const Snapshot& snapshot, const CallShape& call) {
  std::array<std::byte, 2048> buffer;
  std::pmr::monotonic_buffer_resource arena(buffer.data(), buffer.size());
  Candidates candidates;
  candidates.add_functions(snapshot, call);
  const auto inputs = inputs_of(snapshot, call.arguments, arena);
  Choice choice;
  choice.cast_target = cast_target_of(snapshot, call, inputs, candidates.all());
  Outcome outcome{CastCode(snapshot)};
  if (choice.cast_target != 0) {
    outcome.code.add(inputs.front().type, choice.cast_target, Context::Explicit);
    outcome.add_result(choice.cast_target);
    if (!is_untold(inputs.front()))
      return {.result = outcome.result,
              .cast_functions = outcome.code.take(),
              .cast_target = choice.cast_target};
  }
  const Selection selection = select(snapshot, inputs, candidates.all(), arena);
  choice.is_ambiguous = selection.is_ambiguous;
  for (const Candidate* candidate : selection.candidates) {
    choice.functions.push_back(candidate->function);
    choice.returns_set |= candidate->function->returns_set;
    outcome.add(snapshot, inputs, *candidate, candidate->function->result);
    add_hypothetical_code(outcome.code, *candidate->function, inputs);
  }
  if (selection.candidates.size() == 1) {
    choice.output_types = output_types_of(snapshot, inputs, *selection.candidates.front());
  }
  choice.result = outcome.result;
  choice.cast_functions = outcome.code.take();
  return choice;
}

OperatorChoice choose_operator(const Snapshot& snapshot, std::string_view name,
                               std::span<const Oid> path, std::optional<Oid> left, Oid right) {
  const std::array both{input_of(snapshot, left.value_or(kUnknown)), input_of(snapshot, right)};
  const Inputs inputs = left ? Inputs(both) : Inputs(both).last(1);
  if (std::ranges::none_of(inputs, is_untold)) {
    const Operator* exact = left ? exact_binary(snapshot, name, path, *left, right)
                                 : exact_operator(snapshot, name, path, 0, right);
    if (exact != nullptr) {
      Candidate candidate = candidate_of(*exact);
      return choice_of(snapshot, inputs, std::array{&candidate});
    }
  }
  std::array<std::byte, 2048> buffer;
  std::pmr::monotonic_buffer_resource arena(buffer.data(), buffer.size());
  Candidates candidates;
  candidates.add_operators(snapshot, name, path, !left.has_value());
  const Selection selection = select(snapshot, inputs, candidates.all(), arena);
  OperatorChoice choice = choice_of(snapshot, inputs, selection.candidates);
  choice.is_ambiguous = selection.is_ambiguous;
  return choice;
}

Oid subscript_type(const Snapshot& snapshot, Oid container) {
  const Oid base = base_type(snapshot, container);
  if (base == kJsonb) return kJsonb;
  const Type* type = snapshot.type(base);
  return type == nullptr ? kCannotTell : type->element;
}

Oid slice_type(const Snapshot& snapshot, Oid container) {
  const Oid base = base_type(snapshot, container);
  if (base == kInt2Vector) return kInt2Array;
  if (base == kOidVector) return kOidArray;
  const Type* type = snapshot.type(base);
  return type != nullptr && type->element != 0 ? base : kCannotTell;
}

}  // namespace policy::catalog
