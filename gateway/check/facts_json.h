// SPDX-License-Identifier: Apache-2.0
// Facts of a statement as JSON: what `postern check` prints and other tools read. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "policy/catalog/snapshot.h"
#include "policy/facts.h"

namespace gateway::check {

// relations, calls, outputs, and where there are any: named_relations, settings_read, unresolved,
// uncertain.
nlohmann::ordered_json facts_json(const policy::Facts& facts,
                                  const policy::catalog::Snapshot& snapshot);

// Names of one use of a relation: "read", "insert", "update", "delete", "lock", "define".
std::vector<std::string> access_names(const policy::RelationUse& use);

enum class Columns : std::uint8_t { Read, Written };

// Each once, in order of place; "*" for the whole row.
std::vector<std::string> column_names(const policy::RelationUse& use, Columns which);

// "public.order_total(integer)"
std::string signature(const policy::catalog::Function& function,
                      const policy::catalog::Snapshot& snapshot);

// "public.orders"
std::string qualified_name(const policy::catalog::Relation& relation,
                           const policy::catalog::Snapshot& snapshot);

}  // namespace gateway::check
