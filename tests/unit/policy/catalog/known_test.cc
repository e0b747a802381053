// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "policy/catalog/known_functions.h"
#include "policy/catalog/known_relations.h"

namespace policy::catalog {
namespace {

TEST(KnownFunctions, AreDecidedBySignature) {
  struct Case {
    const char* name;
    std::vector<Oid> types;
    Decision decision;
    const char* reason;
  };
  const Case cases[] = {
      {"lower", {25}, Decision::Allowed, ""},
      {"now", {}, Decision::Allowed, ""},
      {"pg_sleep", {701}, Decision::Refused, "waits"},
      {"pg_read_file", {25}, Decision::Refused, "server-files"},
      {"query_to_xml", {25, 16, 16, 25}, Decision::Refused, "runs-sql-text"},
      {"pg_stat_get_activity", {23}, Decision::Refused, "other-sessions"},
      {"current_setting", {25}, Decision::ByArgument, ""},
      {"current_setting", {25, 16}, Decision::ByArgument, ""},
      {"set_config", {25, 25, 16}, Decision::ByArgument, ""},
      {"pg_get_expr", {194, 26}, Decision::Allowed, ""},
      {"_pg_expandarray", {2277}, Decision::Allowed, ""},
      {"pg_get_aios", {}, Decision::Refused, "other-sessions"},
      {"lower", {23}, Decision::Unknown, ""},
      {"Lower", {25}, Decision::Unknown, ""},
      {"no_such_function", {}, Decision::Unknown, ""},
      {"lower 25", {}, Decision::Unknown, ""},
  };
  for (const auto& one : cases) {
    const auto decided = decide_built_in(one.name, one.types);
    EXPECT_EQ(decided.decision, one.decision) << one.name;
    EXPECT_EQ(decided.reason, one.reason) << one.name;
  }
}

TEST(KnownFunctions, AreOnlyThoseOfPostgresqlItself) {
  Rows rows;
  rows.schemas = {{.oid = 11, .name = "pg_catalog"}, {.oid = 2200, .name = "public"}};
  const Function lower{.oid = 870, .schema = 11, .name = "lower", .arguments = {25}};
  rows.functions.assign(5, lower);
  rows.functions[1].oid = kFirstUserOid;
  rows.functions[2].extension = "plpgsql";
  rows.functions[3].schema = 2200;
  rows.functions[4].arguments = {16};
  rows.functions[1].decision = Decision::Allowed;  // is not believed
  decide_functions(rows);
  EXPECT_EQ(rows.functions[0].decision, Decision::Allowed);
  EXPECT_EQ(rows.functions[1].decision, Decision::NotBuiltIn);
  EXPECT_EQ(rows.functions[2].decision, Decision::NotBuiltIn);
  EXPECT_EQ(rows.functions[3].decision, Decision::NotBuiltIn);
  EXPECT_EQ(rows.functions[4].decision, Decision::Unknown);
}

TEST(KnownRelations, GiveNamesAndTypesButNoValuesOrSecrets) {
  struct Case {
    const char* schema;
    const char* relation;
    SystemDecision decision;
  };
  const Case cases[] = {
      {"pg_catalog", "pg_class", SystemDecision::Allowed},
      {"pg_catalog", "pg_attribute", SystemDecision::Allowed},
      {"pg_catalog", "pg_proc", SystemDecision::Allowed},
      {"pg_catalog", "pg_roles", SystemDecision::Allowed},
      {"pg_catalog", "pg_stat_user_tables", SystemDecision::Allowed},
      {"information_schema", "columns", SystemDecision::Allowed},
      {"pg_catalog", "pg_stats", SystemDecision::Refused},
      {"pg_catalog", "pg_statistic", SystemDecision::Refused},
      {"pg_catalog", "pg_stat_ssl", SystemDecision::Refused},
      {"pg_catalog", "pg_authid", SystemDecision::Refused},
      {"pg_catalog", "pg_aios", SystemDecision::Refused},
      {"information_schema", "user_mapping_options", SystemDecision::Refused},
      {"information_schema", "_pg_foreign_servers", SystemDecision::Refused},
      {"pg_toast", "pg_toast_16400", SystemDecision::Refused},
      {"pg_catalog", "pg_stat_statements", SystemDecision::Unknown},
      {"pg_catalog", "columns", SystemDecision::Unknown},
      {"pg_temp_3", "t", SystemDecision::Unknown},
      {"public", "pg_class", SystemDecision::NotSystem},
      {"Pg_catalog", "pg_class", SystemDecision::NotSystem},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(decide_system_relation(one.schema, one.relation), one.decision) << one.relation;
    EXPECT_EQ(system_refusal_reason(one.schema, one.relation).empty(),
              one.decision != SystemDecision::Refused)
        << one.relation;
  }
}

TEST(KnownRelations, RefuseSingleColumns) {
  EXPECT_TRUE(is_refused_system_column("pg_catalog", "pg_proc", "prosrc"));
  EXPECT_TRUE(is_refused_system_column("pg_catalog", "pg_proc", "proconfig"));
  EXPECT_TRUE(is_refused_system_column("pg_catalog", "pg_attribute", "attmissingval"));
  EXPECT_TRUE(is_refused_system_column("information_schema", "views", "view_definition"));
  EXPECT_FALSE(is_refused_system_column("pg_catalog", "pg_proc", "proname"));
  EXPECT_FALSE(is_refused_system_column("pg_catalog", "pg_proc", "pro"));
  EXPECT_FALSE(is_refused_system_column("pg_catalog", "pg_proc", ""));
  EXPECT_FALSE(is_refused_system_column("public", "pg_proc", "prosrc"));
  EXPECT_FALSE(is_refused_system_column("pg_catalog", "pg_class", "prosrc"));
}

}  // namespace
}  // namespace policy::catalog
