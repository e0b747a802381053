// SPDX-License-Identifier: Apache-2.0
// From a raw parse tree to facts: what PostgreSQL's parse analysis (parser/analyze.c and the
// parse_*.c files) does for names, over a catalog snapshot. Knows what is there, not what is
// allowed. Nothing that it cannot follow is left out silently: Facts::uncertain says what.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "policy/catalog/snapshot.h"
#include "policy/facts.h"

namespace policy {

// Range-table entries of one statement once CTEs are inlined and views expanded: 20 CTEs that each
// name the one before twice are 1.2 KB of text and minutes of planning.
constexpr std::uint64_t kRangeEntriesMax = 2000;
// PostgreSQL's MaxTupleAttributeNumber: more output columns are an error there too.
constexpr std::size_t kOutputColumnsMax = 1664;

struct ResolveInput {
  const catalog::Snapshot& snapshot;
  std::span<const catalog::Oid> search_path;         // as the server searches it
  std::span<const std::uint32_t> parameter_types{};  // OIDs given at Parse; 0 = to be inferred
  // How often each is used: StatementFacts::parameter_uses. One that is used once takes its type
  // from that use, as a literal does; of others the type cannot be told where it was not given.
  std::span<const std::uint16_t> parameter_uses{};
  // Of a function's body: a name that is no column is the parameter called so.
  std::span<const std::string_view> parameter_names{};
  std::string_view function_name{};  // that may stand before such a name
  bool is_rewritten = false;         // fill Facts::shape
  bool is_traced = false;            // fill OutputColumn::sources and Facts::filters
  bool is_bounded = false;           // fill Facts::bound and Facts::built
};

// `statement` is the PostgreSQL Node of one top-level statement.
Facts resolve(const void* statement, const ResolveInput& input);

// Of a call that the protocol makes by OID: no argument is a constant, each is of its declared
// type.
Facts resolve_call(const catalog::Function& function, const ResolveInput& input);

}  // namespace policy
