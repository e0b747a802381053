// SPDX-License-Identifier: Apache-2.0
#include "policy/plan/judge_plan.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/plan/plan_tree.h"
#include "tests/unit/policy/plan/plan_world.h"

namespace policy {
namespace {

constexpr double kAny = 1e300;

PlanLimits no_limits() {
  return {.rows_max = kAny, .cost_max = kAny, .denies_large_seq_scans = false};
}

PlanLimits denying() { return {.on_cost_exceeded = OnCostExceeded::Deny}; }

PlanVerdict planned(std::string_view sql, const PlanLimits& limits, int major = 15) {
  const Profile profile = plan_profile(limits);
  return judge_plan(recorded_plan(sql, major), verdict_of(sql, profile), profile);
}

std::string codes(const std::vector<Violation>& violations) {
  std::string text;
  for (const auto& violation : violations) {
    text += (text.empty() ? "" : " ") + std::string(face(violation.code).name);
  }
  return text;
}

TEST(JudgePlan, LeadsFromFactsToEveryRelationOfAPlan) {
  for (const int major : {15, 18}) {
    for (const auto& sql : recorded_statements()) {
      const auto verdict = planned(sql, no_limits(), major);
      const bool has_rule = sql.starts_with("INSERT INTO with_rule");
      EXPECT_EQ(codes(verdict.violations), has_rule ? "ACCESS_DENIED" : "") << sql;
      EXPECT_TRUE(verdict.warnings.empty()) << sql;
    }
  }
}

TEST(JudgePlan, RefusesARelationThatNothingLeadsTo) {
  const auto verdict = planned("INSERT INTO with_rule VALUES (1)", no_limits());
  ASSERT_EQ(verdict.violations.size(), 1U);
  EXPECT_EQ(verdict.violations[0].resource, "hidden.ledger");
  EXPECT_EQ(verdict.violations[0].check, Check::Plan);
}

TEST(JudgePlan, JudgesEstimatesAndLargeScans) {
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT * FROM orders WHERE id = 7", ""},
      {"SELECT * FROM orders", "SEQ_SCAN_DENIED"},
      {"SELECT * FROM orders LIMIT 10", ""},
      {"SELECT * FROM orders LIMIT 10 OFFSET 50000", "SEQ_SCAN_DENIED"},
      {"SELECT * FROM orders WHERE status = 'lost' LIMIT 1", "SEQ_SCAN_DENIED"},
      {"SELECT count(*) FROM customers a, customers b", "SEQ_SCAN_DENIED QUERY_TOO_EXPENSIVE"},
      {"SELECT a.id FROM customers a, customers b",
       "SEQ_SCAN_DENIED QUERY_TOO_EXPENSIVE QUERY_TOO_EXPENSIVE"},
      {"SELECT * FROM order_names WHERE id = 7", ""},
      {"SELECT * FROM events", "SEQ_SCAN_DENIED"},  // both partitions together
      {"SELECT * FROM events WHERE day = '2024-03-03'", ""},
      {"SELECT * FROM fresh WHERE note = 'x'", ""},
      {"SELECT relname FROM pg_class WHERE relkind = 'r'", ""},
      {"UPDATE orders SET status = 'x' WHERE id = 1", ""},
      {"SELECT count(*) FROM generate_series(1, 300000000)", "QUERY_TOO_EXPENSIVE"},
  };
  for (const int major : {15, 18}) {
    for (const auto& [sql, told] : cases) {
      EXPECT_EQ(codes(planned(sql, denying(), major).violations), told) << sql << " on " << major;
    }
  }
}

TEST(JudgePlan, CountsTheRowsThatAreChanged) {
  PlanLimits limits = denying();
  limits.denies_large_seq_scans = false;
  limits.rows_max = 1000;
  for (const char* sql :
       {"UPDATE orders SET status = 'x'", "WITH gone AS (DELETE FROM orders RETURNING id) SELECT 1",
        "INSERT INTO fresh SELECT id, name FROM customers", "SELECT * FROM orders FOR UPDATE"}) {
    const auto verdict = planned(sql, limits);
    EXPECT_EQ(codes(verdict.violations), "QUERY_TOO_EXPENSIVE") << sql;
    EXPECT_GE(verdict.rows, 20000) << sql;
  }
}

TEST(JudgePlan, TellsEstimateLimitNodeAndIndexedColumns) {
  const auto product = planned("SELECT a.id FROM customers a, customers b", denying());
  const auto& rows = product.violations.at(1);
  EXPECT_EQ(rows.rule, "explain_policy.max_estimated_rows");
  EXPECT_EQ(rows.message,
            "query too expensive: its plan (Nested Loop) is estimated at a number of rows of "
            "400000000, the limit is 100000");
  EXPECT_EQ(product.violations.at(2).rule, "explain_policy.max_estimated_cost");
  EXPECT_EQ(product.cost, 5000784);
  const auto scan = planned("SELECT * FROM orders", denying()).violations.at(0);
  EXPECT_EQ(scan.resource, "public.orders");
  EXPECT_EQ(scan.hint, "Restrict an indexed column of public.orders: id, customer_id.");
  EXPECT_EQ(scan.rule, "explain_policy.deny_seq_scan_on_large_tables");
  EXPECT_NE(scan.message.find("about 60000 rows, the limit is 10000"), std::string::npos);
}

TEST(JudgePlan, OnlyWarnsWhereThatIsAskedFor) {
  const char* product = "SELECT a.id FROM customers a, customers b";
  const auto verdict = planned(product, {});
  EXPECT_EQ(codes(verdict.violations), "SEQ_SCAN_DENIED");
  EXPECT_EQ(codes(verdict.warnings), "QUERY_TOO_EXPENSIVE QUERY_TOO_EXPENSIVE");
  Profile profile = plan_profile(denying());
  profile.enforcement = Enforcement::Warn;
  const auto warned = judge_plan(recorded_plan(product), verdict_of(product, profile), profile);
  EXPECT_TRUE(warned.allowed());
  EXPECT_EQ(warned.warnings.size(), 3U);
}

TEST(JudgePlan, TakesTheRowsOfATableThatWasNeverAnalysedFromItsCost) {
  PlanLimits limits = denying();
  limits.large_table_rows = 1000;
  EXPECT_EQ(codes(planned("SELECT * FROM fresh", limits).violations), "SEQ_SCAN_DENIED");
}

TEST(JudgePlan, RefusesWhatItCannotRead) {
  const Profile profile = plan_profile(no_limits());
  const auto statement = verdict_of("SELECT * FROM orders", profile);
  const std::string deep(5000, '[');
  const std::string wide = "[" + std::string(30000, '{') + "]";
  const std::string long_text(kPlanBytesMax + 1, ' ');
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[{}]"), std::string("[\"REFRESH\"]"),
        std::string("[{\"Plan\": 1}]"), std::string("[{\"Plan\": {\"Node Type\": \"Result\"}}]"),
        std::string("[{\"Plan\": {\"Node Type\": \"Result\", \"Plan Rows\": \"1\", \"Startup "
                    "Cost\": 0, \"Total Cost\": 0}}]"),
        std::string("[{\"Plan\": {\"Node Type\": \"Result\", \"Plan Rows\": 1, \"Startup Cost\": "
                    "0, \"Total Cost\": 0, \"Plans\": {}}}]"),
        deep, wide, long_text}) {
    EXPECT_FALSE(judge_plan(text, statement, profile).allowed()) << text.substr(0, 80);
  }
  EXPECT_TRUE(judge_plan("[]", statement, profile).allowed());
}

TEST(JudgePlan, RefusesARelationWithoutItsSchema) {
  const Profile profile = plan_profile(no_limits());
  const auto statement = verdict_of("SELECT * FROM orders", profile);
  const auto verdict = judge_plan(
      R"([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "orders", "Plan Rows": 1,
          "Startup Cost": 0, "Total Cost": 0}}])",
      statement, profile);
  EXPECT_EQ(codes(verdict.violations), "ACCESS_DENIED");
}

}  // namespace
}  // namespace policy
