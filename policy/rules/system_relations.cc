// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/system_relations.h"

#include <algorithm>
#include <string_view>

#include "policy/catalog/known_relations.h"
#include "policy/rules/function_entries.h"

namespace policy::rules {
namespace {

constexpr catalog::Oid kOid = 26;  // the type oid

// Source text that a function of pg_catalog gives, too, by OID.
struct SourceColumn {
  std::string_view schema, relation, column, function;
};

constexpr SourceColumn kSourceColumns[] = {
    {"pg_catalog", "pg_views", "definition", "pg_get_viewdef"},
    {"pg_catalog", "pg_matviews", "definition", "pg_get_viewdef"},
    {"information_schema", "views", "view_definition", "pg_get_viewdef"},
    {"pg_catalog", "pg_rules", "definition", "pg_get_ruledef"},
    {"pg_catalog", "pg_proc", "prosrc", "pg_get_functiondef"},
    {"information_schema", "routines", "routine_definition", "pg_get_functiondef"},
};

// As built-in functions are that are refused unless they are listed: with the schema, no globs.
bool is_listed(const Binding& binding, std::string_view name) {
  const catalog::Function function{.name = name, .arguments = {kOid}};
  const auto spells = [&](const std::string& text) {
    const FunctionEntry entry = read_function_entry(binding, text);
    return names(entry, function, "pg_catalog") && entry.name->parts.size() > 1 &&
           !entry.name->has_globs();
  };
  const auto refuses = [&](const std::string& text) {
    return may_name(read_function_entry(binding, text), function, "pg_catalog");
  };
  return std::ranges::any_of(binding.policy.functions.allowed, spells) &&
         std::ranges::none_of(binding.policy.functions.denied, refuses);
}

bool is_listed_source(const Binding& binding, std::string_view schema, std::string_view relation,
                      std::string_view column) {
  const auto found = std::ranges::find_if(kSourceColumns, [&](const SourceColumn& each) {
    return each.schema == schema && each.relation == relation && each.column == column;
  });
  return found != std::end(kSourceColumns) && is_listed(binding, found->function);
}

}  // namespace

bool may_read_system_relation(const Binding& binding, const catalog::Relation& relation,
                              std::string_view schema) {
  switch (binding.policy.system_catalogs) {
    case SystemCatalogs::All: return true;
    case SystemCatalogs::None: return false;
    case SystemCatalogs::Safe:
      return catalog::decide_system_relation(schema, relation.name) ==
             catalog::SystemDecision::Allowed;
  }
  return false;
}

bool may_read_system_column(const Binding& binding, const catalog::Relation& relation,
                            std::string_view schema, const catalog::Column& column) {
  if (binding.policy.system_catalogs == SystemCatalogs::All) return true;
  if (!catalog::is_refused_system_column(schema, relation.name, column.name)) return true;
  return is_listed_source(binding, schema, relation.name, column.name);
}

}  // namespace policy::rules
