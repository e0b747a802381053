// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/record.h"

#include <gtest/gtest.h>

#include "gateway/suggest/usage.h"

namespace gateway::suggest {
namespace {

constexpr std::string_view kWarned =
    R"_({"event_type":"query_allowed","database":"one","principal":{"user":"anna"},)_"
    R"_("objects":[{"schema":"public","relation":"users","columns":["id","ssn"],"access":"read"},)_"
    R"_({"schema":"public","relation":"orders","columns":["*"],"access":"write"}],)_"
    R"_("functions":["public.f(text)"],"policy_checks":{"table_access":"passed"},)_"
    R"_("violations":[{"check":"column","resource":"public.users.ssn","rule":"columns.denied[0]"},)_"
    R"_({"check":"function","resource":"pg_sleep(double precision)","rule":"functions.allowed"},)_"
    R"_({"check":"function","resource":"public.f(text)","rule":"functions.allowed"}]})_";

Usage usage_of(std::string_view line) {
  Usage usage;
  const auto record = read_record(line);
  if (record && *record) usage.add(**record);
  return usage;
}

TEST(SuggestRecord, ReadsWhatADecisionUsed) {
  const auto record = read_record(kWarned);
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->user, "anna");
  EXPECT_EQ((*record)->objects.size(), 2);
  EXPECT_TRUE((*record)->objects[1].is_write);
  EXPECT_TRUE((*record)->is_allowed);
}

TEST(SuggestRecord, PassesOverWhatIsNoDecision) {
  for (const char* line :
       {R"({"event_type":"query_executed"})", R"({"event_type":7})", R"({"seal":1})"}) {
    const auto record = read_record(line);
    ASSERT_TRUE(record) << line;
    EXPECT_FALSE(record->has_value()) << line;
  }
}

TEST(SuggestRecord, RefusesWhatCannotBeRead) {
  for (const char* line : {"{\"event_type\":\"query_all", "[]", "7", "\xff", "null"}) {
    EXPECT_FALSE(read_record(line)) << line;
  }
}

TEST(SuggestRecord, SurvivesMembersOfAnotherKind) {
  const auto record = read_record(
      R"({"event_type":"query_allowed","principal":[],"objects":"x","violations":{"a":1},)"
      R"("policy_checks":5,"functions":[1]})");
  ASSERT_TRUE(record && *record);
  EXPECT_TRUE((*record)->functions.empty());
}

TEST(SuggestUsage, CountsEachFunctionOfAStatementOnce) {
  const Usage usage = usage_of(kWarned);
  EXPECT_EQ(usage.functions.at("public.f(text)"), 1);
  EXPECT_EQ(usage.functions.at("pg_catalog.pg_sleep(double precision)"), 1);
  EXPECT_EQ(usage.warnings.at("column public.users.ssn (columns.denied[0])"), 1);
  EXPECT_EQ((usage.relations.at({"public", "orders"}).whole_rows), 1);
}

TEST(SuggestUsage, AdmitsNothingOfADeniedOrUnjudgedStatement) {
  EXPECT_EQ(usage_of(R"({"event_type":"query_denied","objects":[{"schema":"s","relation":"r"}]})")
                .relations.size(),
            0);
  const Usage unjudged =
      usage_of(R"({"event_type":"query_allowed","policy_checks":{"table_access":"skipped"}})");
  EXPECT_EQ(unjudged.unjudged, 1);
  EXPECT_EQ(unjudged.statements, 0);
}

}  // namespace
}  // namespace gateway::suggest
