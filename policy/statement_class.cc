// SPDX-License-Identifier: Apache-2.0
#include "policy/statement_class.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace policy {
namespace {

struct Row {
  std::string_view name;
  Least least;
};

constexpr std::array kRows = {
#define CLASS(item, name, least) Row{name, Least::least},
#include "policy/statement_class.def"
#undef CLASS
};

const Row& row(StatementClass statement_class) {
  return kRows[static_cast<std::size_t>(statement_class)];
}

}  // namespace

std::string_view name(StatementClass statement_class) { return row(statement_class).name; }
Least least(StatementClass statement_class) { return row(statement_class).least; }

// What is not known to leave it alone is taken to change it.
bool changes_catalog(StatementClass statement_class) {
  using enum StatementClass;
  constexpr std::array kLeaveItAlone = {Truncate,   Vacuum, Analyze, Cluster, Reindex,
                                        Checkpoint, Lock,   Listen,  Notify};
  return least(statement_class) == Least::Permissive &&
         std::ranges::find(kLeaveItAlone, statement_class) == kLeaveItAlone.end();
}

bool reads_or_writes_rows(StatementClass statement_class) {
  using enum StatementClass;
  return statement_class == Select || statement_class == Insert || statement_class == Update ||
         statement_class == Delete;
}

}  // namespace policy
