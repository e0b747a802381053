// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/narrowing.h"

#include <gtest/gtest.h>

#include <functional>
#include <span>

namespace gateway::config {
namespace {

using Texts = std::vector<std::string>;
using Change = std::function<void(AccessRules&)>;

struct Case {
  Change narrow, wide;
  std::string_view key;  // "": no wider
};

const Change kNothing = [](AccessRules&) {};

Change tables(Texts allowed, Texts denied) {
  return [=](AccessRules& rules) { rules.policy.tables = {allowed, denied}; };
}

Change columns(Texts denied, Texts patterns) {
  return [=](AccessRules& rules) {
    rules.policy.columns.denied = denied;
    rules.policy.columns.denied_patterns = patterns;
  };
}

Change schemas(Texts names, Texts allowed_tables) {
  return [=](AccessRules& rules) {
    rules.policy.allowed_schemas = names;
    rules.policy.tables.allowed = allowed_tables;
  };
}

template <auto Field, class T>
Change policy_key(T value) {
  return [=](AccessRules& rules) { rules.policy.*Field = value; };
}

Change functions(Texts allowed, Texts denied, Texts extensions) {
  return [=](AccessRules& rules) { rules.policy.functions = {allowed, denied, extensions}; };
}

Change explain(bool enabled, std::size_t cost, OnCostExceeded exceeded) {
  return [=](AccessRules& rules) {
    rules.explain.enabled = enabled;
    rules.explain.max_estimated_cost = cost;
    rules.explain.on_cost_exceeded = exceeded;
  };
}

void expect(std::span<const Case> cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    AccessRules narrow, wide;
    cases[i].narrow(narrow);
    cases[i].wide(wide);
    const auto key = widening(narrow, wide, {"public"});
    EXPECT_EQ(key.value_or(""), cases[i].key) << "case " << i;
  }
}

TEST(Narrowing, ComparesTables) {
  constexpr std::string_view kAllowed = "access_policy.tables.allowed";
  constexpr std::string_view kDenied = "access_policy.tables.denied";
  const Case cases[] = {
      {kNothing, kNothing, ""},
      {tables({"a"}, {}), kNothing, ""},
      {tables({}, {"a"}), kNothing, ""},
      {kNothing, tables({"a"}, {}), kAllowed},
      {kNothing, tables({}, {"a"}), kDenied},
      {tables({"a"}, {}), tables({"a", "b"}, {}), ""},
      {tables({"a", "c"}, {}), tables({"a", "b"}, {}), kAllowed},
      {tables({"a"}, {}), tables({"*"}, {}), ""},
      {tables({"public.a"}, {}), tables({"public.*"}, {}), ""},
      {tables({"*"}, {}), tables({"a"}, {}), kAllowed},
      // A plain name in a list that allows means the home schemas only.
      {tables({"hr.a"}, {}), tables({"a"}, {}), kAllowed},
      {tables({"a"}, {}), tables({"hr.a"}, {}), kAllowed},
      {tables({"a*"}, {}), tables({"a"}, {}), kAllowed},
      {tables({"A"}, {}), tables({"a"}, {}), ""},
      {tables({}, {"a", "b"}), tables({}, {"a"}), ""},
      {tables({}, {"a*"}), tables({}, {"ab"}), ""},
      {tables({}, {"ab"}), tables({}, {"a*"}), kDenied},
      {tables({}, {"hr.a"}), tables({}, {"a"}), kDenied},
      {tables({"b"}, {}), tables({}, {"a"}), ""},
      {tables({"a"}, {}), tables({}, {"a"}), kDenied},
      {tables({"*"}, {}), tables({}, {"a"}), kDenied},
      {tables({"a"}, {}), tables({"a"}, {"a"}), ""},
  };
  expect(cases);
}

TEST(Narrowing, ComparesSchemasAndWhatPlainNamesMeanByThem) {
  constexpr std::string_view kKey = "access_policy.allowed_schemas";
  const Case cases[] = {
      {schemas({"public"}, {}), schemas({}, {}), ""},
      {schemas({}, {}), schemas({"public"}, {}), kKey},
      {schemas({"a"}, {}), schemas({"a", "b"}, {}), ""},
      {schemas({"a", "c"}, {}), schemas({"a", "b"}, {}), kKey},
      {schemas({"a"}, {}), schemas({"a*"}, {}), ""},
      // "t" would become hr.t, too.
      {schemas({"hr"}, {"t"}), schemas({}, {"t"}), kKey},
      {schemas({"hr"}, {"t"}), schemas({"h?"}, {"t"}), kKey},
      {schemas({"public"}, {"t"}), schemas({}, {"t"}), ""},
      {schemas({"hr"}, {"hr.t"}), schemas({}, {"hr.t"}), ""},
  };
  expect(cases);
}

TEST(Narrowing, ComparesColumns) {
  constexpr std::string_view kKey = "access_policy.columns.denied";
  const Case cases[] = {
      {columns({"a.b"}, {}), kNothing, ""},
      {kNothing, columns({"a.b"}, {}), kKey},
      {kNothing, columns({}, {"*.b"}), kKey},
      {columns({}, {"*.b"}), columns({"a.b"}, {}), ""},
      {columns({"a.b"}, {}), columns({}, {"*.b"}), kKey},
      {columns({"s.a.b"}, {}), columns({"a.b"}, {}), kKey},
      {columns({"a.b"}, {}), columns({"s.a.b"}, {}), ""},
      {[](AccessRules& r) { r.policy.columns.on_denied = policy::OnDenied::Filter; }, kNothing,
       "access_policy.columns.on_denied"},
      {kNothing, [](AccessRules& r) { r.policy.columns.on_denied = policy::OnDenied::Filter; }, ""},
      {[](AccessRules& r) { r.policy.columns.select_star_policy = policy::SelectStar::ExpandSafe; },
       kNothing, "access_policy.columns.select_star_policy"},
  };
  expect(cases);
}

TEST(Narrowing, ComparesTheRest) {
  using policy::AccessPolicy;
  using policy::SystemCatalogs;
  using policy::Views;
  const auto views = [](Views value) { return policy_key<&AccessPolicy::views>(value); };
  const auto catalogs = [](SystemCatalogs value) {
    return policy_key<&AccessPolicy::system_catalogs>(value);
  };
  const Case cases[] = {
      {functions({"f"}, {}, {}), kNothing, "access_policy.functions.allowed"},
      {kNothing, functions({"f"}, {}, {}), ""},
      {kNothing, functions({}, {"f"}, {}), "access_policy.functions.denied"},
      {functions({}, {"f"}, {}), kNothing, ""},
      {functions({}, {}, {"x"}), kNothing, "access_policy.functions.extensions"},
      {views(Views::Strict), kNothing, ""},
      {kNothing, views(Views::Strict), "access_policy.views"},
      {views(Views::Opaque), kNothing, "access_policy.views"},
      {catalogs(SystemCatalogs::None), kNothing, ""},
      {catalogs(SystemCatalogs::All), kNothing, "access_policy.system_catalogs"},
      {kNothing, catalogs(SystemCatalogs::None), "access_policy.system_catalogs"},
      {policy_key<&AccessPolicy::trusted_views>(Texts{"v"}), kNothing,
       "access_policy.trusted_views"},
      {policy_key<&AccessPolicy::foreign_tables>(Texts{"t"}), kNothing,
       "access_policy.foreign_tables"},
      {[](AccessRules& r) { r.allow_explain = true; }, kNothing, "access_policy.allow_explain"},
      {kNothing, [](AccessRules& r) { r.allow_explain = true; }, ""},
      {explain(true, 5, OnCostExceeded::Deny), kNothing, ""},
      {kNothing, explain(true, 5, OnCostExceeded::Deny), "access_policy.explain_policy"},
      {explain(true, 6, OnCostExceeded::Deny), explain(true, 5, OnCostExceeded::Deny),
       "access_policy.explain_policy"},
      {explain(true, 5, OnCostExceeded::Warn), explain(true, 5, OnCostExceeded::Deny),
       "access_policy.explain_policy"},
      {explain(true, 4, OnCostExceeded::Deny), explain(true, 5, OnCostExceeded::Warn), ""},
  };
  expect(cases);
}

TEST(Narrowing, ComparesModes) {
  EXPECT_EQ(widening(Mode::ReadOnly, Mode::Balanced), std::nullopt);
  EXPECT_EQ(widening(Mode::Balanced, Mode::Balanced), std::nullopt);
  EXPECT_EQ(widening(Mode::Permissive, Mode::Balanced), "mode");
}

TEST(Narrowing, ComparesLimitsAndTakesZeroForNone) {
  const UsageLimits none, ten{.statements_per_minute = 10}, twenty{.statements_per_minute = 20};
  EXPECT_EQ(widening(ten, none), std::nullopt);
  EXPECT_EQ(widening(ten, ten), std::nullopt);
  EXPECT_EQ(widening(ten, twenty), std::nullopt);
  EXPECT_EQ(widening(twenty, ten), "limits.statements_per_minute");
  EXPECT_EQ(widening(none, ten), "limits.statements_per_minute");
  EXPECT_EQ(widening(none, UsageLimits{.running_statements = 1}), "limits.running_statements");
  EXPECT_EQ(widening(none, UsageLimits{.max_user_client_connections = 1}),
            "limits.max_user_client_connections");
  EXPECT_EQ(widening(none, UsageLimits{.max_result_rows = 1}), "limits.max_result_rows");
  EXPECT_EQ(widening(none, UsageLimits{.max_result_bytes = 1}), "limits.max_result_bytes");
}

}  // namespace
}  // namespace gateway::config
