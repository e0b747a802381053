// SPDX-License-Identifier: Apache-2.0
// Which function, operator or cast PostgreSQL would choose: parse_func.c, parse_oper.c,
// parse_coerce.c over a Snapshot. Where a type cannot be told, the answer is every candidate that
// could still be chosen: a set that always holds PostgreSQL's own choice.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

// The type of an expression. 0: cannot be told. kUnknown: a literal without type, or NULL.
constexpr Oid kCannotTell = 0;
constexpr Oid kUnknown = 705;
constexpr Oid kBool = 16, kInt4 = 23, kInt8 = 20, kNumeric = 1700, kText = 25, kRecord = 2249;
constexpr Oid kRegclass = 2205, kAny = 2276;

struct Argument {
  Oid type = kCannotTell;
  std::string_view name{};  // of named notation, else empty
  // Of kUnknown: a parameter that has no type yet, not a literal. text('x') is then no cast.
  bool is_parameter = false;
};

struct CallShape {
  std::string_view name{};  // as folded and cut by the parser
  // The schemas to search, in order, pg_catalog where the server searches it; or the one schema of
  // a qualified name.
  std::span<const Oid> path{};
  std::span<const Argument> arguments{};
  bool is_variadic = false;  // VARIADIC before the last argument
  bool is_star = false;      // count(*)
  // Arguments in WITHIN GROUP (ORDER BY …): they follow `arguments` in the same span.
  bool is_ordered_set = false;
};

struct Choice {
  // Every function that could be the one. Empty, and no cast_target: PostgreSQL says 42883, or
  // 42725 where is_ambiguous.
  std::vector<const Function*> functions{};
  // Of the result; kCannotTell where the candidates differ or a polymorphic type stays open.
  Oid result = kCannotTell;
  // Of the one function, where it is one: the types of its `outputs`, by the arguments.
  std::vector<Oid> output_types{};
  bool returns_set = false;
  // Casts whose functions, not built in, could run to make the arguments fit.
  std::vector<Oid> cast_functions{};
  // text(x), date('…'): the call is a cast to this type, which `result` and `cast_functions` are
  // of. Only where the argument's type is kCannotTell it may also be one of `functions`. 0: no
  // cast.
  Oid cast_target = 0;
  bool is_ambiguous = false;  // several fit equally well
};

Choice choose_function(const Snapshot& snapshot, const CallShape& call);

struct OperatorChoice {
  std::vector<const Operator*> operators{};
  Oid result = kCannotTell;
  std::vector<Oid> cast_functions{};
  bool is_ambiguous = false;  // several fit equally well
};

// `left` is nullopt for a prefix operator.
OperatorChoice choose_operator(const Snapshot& snapshot, std::string_view name,
                               std::span<const Oid> path, std::optional<Oid> left, Oid right);

// The functions, not built in, that an explicit cast to `target` could run, with those of the
// types on the way (CHECK constraints of domains, elements of arrays, columns of composites, input
// functions where the source is a literal or cannot be told).
std::vector<Oid> cast_functions(const Snapshot& snapshot, Oid source, Oid target);

// select_common_type() of CASE, COALESCE, UNION, VALUES, ARRAY, IN: kCannotTell where one of the
// types is, unless the others decide.
Oid common_type(const Snapshot& snapshot, std::span<const Oid> types);

// The type that `container[i]` has; `container[i:j]`.
Oid subscript_type(const Snapshot& snapshot, Oid container);
Oid slice_type(const Snapshot& snapshot, Oid container);

// Through domains.
Oid base_type(const Snapshot& snapshot, Oid type);

}  // namespace policy::catalog
