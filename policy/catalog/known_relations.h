// SPDX-License-Identifier: Apache-2.0
// What `system_catalogs: safe` lets clients read of pg_catalog and information_schema: names, types
// and estimates, but no values of tables, secrets, source text, or what other sessions do.
// generate_known.py wrote known_relations.def from PostgreSQL 14 to 18.
#pragma once

#include <cstdint>
#include <string_view>

namespace policy::catalog {

enum class SystemDecision : std::uint8_t {
  NotSystem,
  Allowed,  // but for refused columns
  Refused,
  Unknown,  // in a system schema, but no known version has it: refused
};

bool is_system_schema(std::string_view schema);

SystemDecision decide_system_relation(std::string_view schema, std::string_view relation);
// "secrets"; empty where it is not refused.
std::string_view system_refusal_reason(std::string_view schema, std::string_view relation);
bool is_refused_system_column(std::string_view schema, std::string_view relation,
                              std::string_view column);

}  // namespace policy::catalog
