// SPDX-License-Identifier: Apache-2.0
// FunctionCall by OID is judged as a call in a SELECT whose arguments are no constants.
#include "policy/function_call.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rules/access.h"
#include "policy/rules/words.h"
#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

Profile profile_of(Mode mode, AccessPolicy policy = {.tables = {.denied = {"user_credentials"}},
                                                     .functions = {.allowed = {"fmt_money"}}}) {
  return {.mode = mode,
          .access = std::make_shared<const Access>(std::move(policy), corpus_snapshot(),
                                                   std::vector<std::string>{"public"})};
}

catalog::Oid oid_of(std::string_view signature) {
  const auto snapshot = corpus_snapshot();
  const auto functions = snapshot->functions();
  const auto found = std::ranges::find(functions, signature, [&](const auto& function) {
    return rules::signature(*snapshot, function);
  });
  EXPECT_NE(found, functions.end()) << signature;
  return found == functions.end() ? 0 : found->oid;
}

// The rule that refuses it; empty: it may be called.
std::string rule_of(std::string_view signature, const Profile& profile) {
  const Verdict verdict = judge_call(oid_of(signature), profile);
  EXPECT_EQ(verdict.statements.size(), 1u);
  return verdict.allowed() ? "" : verdict.refusal()->rule;
}

TEST(FunctionCall, IsJudgedByTheRulesOfFunctions) {
  struct Case {
    std::string_view function, rule;
  };
  constexpr Case kCases[] = {
      {"abs(integer)", ""},
      {"public.fmt_money(numeric)", ""},
      {"pg_table_is_visible(oid)", ""},
      {"lo_get(oid)", "never"},
      {"pg_read_file(text)", "never"},
      {"query_to_xml(text, boolean, boolean, text)", "never"},
      {"pg_sleep(double precision)", "functions.allowed"},
      {"public.get_user_ssn(integer)", "functions.allowed"},
      {"public.exec_sql(text)", "functions.allowed"},
      {"current_setting(text)", "gucs.allowed"},
      {"set_config(text, text, boolean)", "gucs.allowed"},
  };
  const Profile profile = profile_of(Mode::ReadOnly);
  for (const auto& each : kCases)
    EXPECT_EQ(rule_of(each.function, profile), each.rule) << each.function;
}

TEST(FunctionCall, OfASequenceThatNobodyNamesIsRefusedWhereTablesAre) {
  EXPECT_EQ(rule_of("nextval(regclass)", profile_of(Mode::Balanced)), "resolve");
  EXPECT_EQ(rule_of("nextval(regclass)",
                    profile_of(Mode::ReadOnly, {.columns = {.denied = {"users.ssn"}}})),
            "mode");
  EXPECT_EQ(rule_of("nextval(regclass)",
                    profile_of(Mode::Balanced, {.columns = {.denied = {"users.ssn"}}})),
            "");
}

TEST(FunctionCall, RunsTheCodeOfItsArgumentTypes) {
  catalog::Rows rows = corpus_rows();
  catalog::Function taking{.oid = 900'000,
                           .schema = 2200,
                           .name = "takes_leak",
                           .arguments = {0},
                           .result = catalog::Oid{25},
                           .language = "sql"};
  const auto domain = std::ranges::find(rows.types, "leaky_dom", &catalog::Type::name);
  ASSERT_NE(domain, rows.types.end());
  taking.arguments = {domain->oid};
  rows.functions.push_back(taking);
  Profile profile = profile_of(Mode::ReadOnly);
  profile.access =
      std::make_shared<const Access>(AccessPolicy{.functions = {.allowed = {"takes_leak"}}},
                                     std::make_shared<const catalog::Snapshot>(std::move(rows)),
                                     std::vector<std::string>{"public"});
  const Verdict verdict = judge_call(900'000, profile);
  ASSERT_FALSE(verdict.allowed());
  EXPECT_EQ(verdict.refusal()->resource, "public.dom_chk(text)");
}

TEST(FunctionCall, IsRefusedWhereNothingSaysWhichFunctionItIs) {
  const Verdict unknown = judge_call(4'000'000'000, profile_of(Mode::Permissive));
  ASSERT_FALSE(unknown.allowed());
  EXPECT_EQ(unknown.refusal()->code, ErrorCode::FunctionAccessDenied);
  for (const auto enforcement : {Enforcement::Enforce, Enforcement::Warn}) {
    const Verdict plain = judge_call(1397, {.mode = Mode::Permissive, .enforcement = enforcement});
    ASSERT_FALSE(plain.allowed());
    EXPECT_EQ(plain.refusal()->message, "the function call protocol is not allowed");
  }
}

TEST(FunctionCall, IsOnlyWarnedOfWhereRulesAreOnlyTold) {
  Profile profile = profile_of(Mode::ReadOnly);
  profile.enforcement = Enforcement::Warn;
  EXPECT_EQ(rule_of("pg_sleep(double precision)", profile), "");
  EXPECT_EQ(rule_of("pg_read_file(text)", profile), "never");
  EXPECT_EQ(rule_of("set_config(text, text, boolean)", profile), "gucs.allowed");
}

TEST(FunctionCall, IsWrittenDownByName) {
  const Profile profile = profile_of(Mode::ReadOnly);
  EXPECT_EQ(call_text(oid_of("abs(integer)"), profile), "FUNCTION CALL pg_catalog.abs(integer)");
  EXPECT_EQ(call_text(oid_of("public.fmt_money(numeric)"), profile),
            "FUNCTION CALL public.fmt_money(numeric)");
  EXPECT_EQ(call_text(7, {}), "FUNCTION CALL 7");
}

TEST(FunctionCall, SaysWhetherItsErrorsMayQuoteWhatIsHidden) {
  const Profile profile = profile_of(Mode::ReadOnly);
  EXPECT_FALSE(judge_call(oid_of("abs(integer)"), profile).statements[0].may_quote_hidden);
  EXPECT_TRUE(
      judge_call(oid_of("public.fmt_money(numeric)"), profile).statements[0].may_quote_hidden);
}

}  // namespace
}  // namespace policy
