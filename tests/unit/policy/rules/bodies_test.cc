// SPDX-License-Identifier: Apache-2.0
// Functions in SQL, by their bodies: over the policy corpus's own catalog, with one more function.
#include "policy/rules/bodies.h"

#include <gtest/gtest.h>

#include "policy/judge.h"
#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

using catalog::Function;
using catalog::Oid;

constexpr Oid kInt = 23, kText = 25, kVoid = 2278, kAnyElement = 2283, kBigInt = 20;
constexpr Oid kOwn = 5'000'000;

AccessPolicy rules() {
  return {.allowed_schemas = {"public"},
          .tables = {.denied = {"user_credentials"}},
          .columns = {.denied = {"users.ssn"}}};
}

class WithFunctions {
 public:
  explicit WithFunctions(std::initializer_list<Function> functions) {
    catalog::Rows rows = corpus_rows();
    Oid next = kOwn;
    for (Function function : functions) {
      function.oid = next++;
      function.schema = corpus_snapshot()->schema("public")->oid;
      if (function.language.empty()) function.language = "sql";
      rows.functions.push_back(std::move(function));
    }
    profile_.access = std::make_shared<const Access>(
        rules(), std::make_shared<const catalog::Snapshot>(std::move(rows)),
        std::vector<std::string>{"public"});
  }
  bool allows(std::string_view sql) const {
    return judge({.sql = sql, .parameter_types = {}, .profile = profile_}).allowed();
  }

 private:
  Profile profile_;
};

Function named(std::string_view name, std::string_view body, Oid result = kText) {
  return {.name = name, .result = result, .body = body};
}

TEST(FunctionBodies, ThatReadWhatMayBeReadAreCallable) {
  const WithFunctions world({
      named("contact", "SELECT email FROM users"),
      named("twice", "SELECT contact() || ' ' || contact()"),
      named("orders_of", "SELECT count(*) FROM orders", kBigInt),
      named("two_steps", "SELECT 1; SELECT id FROM users LIMIT 1", kInt),
      named("standard", "RETURN (1 + 1)", kInt),
      named("block", "BEGIN ATOMIC\n SELECT users.email\n    FROM public.users;\nEND"),
      named("nothing", "SELECT id FROM users", kVoid),
  });
  for (const char* name :
       {"contact", "twice", "orders_of", "two_steps", "standard", "block", "nothing"}) {
    EXPECT_TRUE(world.allows("SELECT " + std::string(name) + "()")) << name;
  }
}

TEST(FunctionBodies, ThatDoMoreAreNot) {
  const WithFunctions world({
      named("hidden", "SELECT ssn FROM users"),
      named("predicate", "SELECT email FROM users WHERE ssn = 'x'"),
      named("by_another", "SELECT hidden()"),
      named("itself", "SELECT itself()"),
      named("denied_table", "SELECT blob FROM user_credentials"),
      named("other_schema", "SELECT name FROM secret.api_keys"),
      named("writes", "INSERT INTO feedback (author) VALUES ('x') RETURNING author"),
      named("sets", "SET work_mem = '1GB'; SELECT 1", kInt),
      named("reads_file", "SELECT pg_read_file('x')"),
      named("block", "BEGIN ATOMIC\n SELECT users.ssn\n    FROM public.users;\nEND"),
      named("timeout", "SELECT set_config('statement_timeout', '0', false)"),
      named("zone", "SELECT set_config('TimeZone', 'UTC', false)"),
      // Merged into SELECT … WHERE f()::int > 0 the predicate may come second.
      named("rows", "SELECT setting FROM pg_settings WHERE name = 'server_version'"),
      named("broken", "SELECT nothing FROM users"),
      named("empty", ""),
      named("blank", " -- "),
      // The assignment to the result runs a cast of the user's.
      named("casts", "SELECT 1",
            corpus_snapshot()->type(corpus_snapshot()->schema("public")->oid, "leaky_dom")->oid),
  });
  for (const char* name : {"hidden", "predicate", "by_another", "itself", "denied_table",
                           "other_schema", "writes", "sets", "reads_file", "timeout", "zone",
                           "rows", "block", "broken", "empty", "blank", "casts"}) {
    EXPECT_FALSE(world.allows("SELECT " + std::string(name) + "()")) << name;
  }
}

TEST(FunctionBodies, KnowTheirArguments) {
  const auto of = [](std::string_view name, std::string_view body) {
    return Function{.name = name,
                    .arguments = {kInt, kText},
                    .argument_names = {"which", "email"},
                    .result = kText,
                    .body = body};
  };
  const WithFunctions world({
      of("by_number", "SELECT full_name FROM users WHERE id = $1"),
      of("by_name", "SELECT full_name FROM users WHERE id = which"),
      of("column_first", "SELECT email FROM users"),
      of("qualified", "SELECT full_name FROM users WHERE id = qualified.which"),
      of("users", "SELECT full_name FROM users WHERE id = users.which"),
      of("unknown_name", "SELECT full_name FROM users WHERE id = other"),
      of("third", "SELECT full_name FROM users WHERE id = $3"),
      of("hidden", "SELECT ssn FROM users WHERE id = which"),
  });
  EXPECT_TRUE(world.allows("SELECT by_number(1, 'a')"));
  EXPECT_TRUE(world.allows("SELECT by_name(1, 'a')"));
  EXPECT_TRUE(world.allows("SELECT column_first(1, 'a')"));
  EXPECT_TRUE(world.allows("SELECT qualified(1, 'a')"));
  // The table comes before the function.
  EXPECT_FALSE(world.allows("SELECT users(1, 'a')"));
  EXPECT_FALSE(world.allows("SELECT unknown_name(1, 'a')"));
  EXPECT_FALSE(world.allows("SELECT hidden(1, 'a')"));
}

TEST(FunctionBodies, AreNotFollowedWhereTheyMayMeanMore) {
  Function definer = named("definer", "SELECT email FROM users");
  definer.is_security_definer = true;
  Function by_default = named("by_default", "SELECT email FROM users");
  by_default.arguments = {kInt};
  by_default.defaults = 1;
  Function polymorphic = named("polymorphic", "SELECT email FROM users");
  polymorphic.arguments = {kAnyElement};
  Function other = named("other", "SELECT email FROM users");
  other.language = "plpgsql";
  other.body = "";  // as the loader leaves it
  Function plain = named("plain", "SELECT email FROM users");
  const WithFunctions world({definer, by_default, polymorphic, other, plain});
  EXPECT_TRUE(world.allows("SELECT plain()"));
  EXPECT_FALSE(world.allows("SELECT definer()"));
  EXPECT_FALSE(world.allows("SELECT by_default(1)"));
  EXPECT_FALSE(world.allows("SELECT polymorphic(1)"));
  EXPECT_FALSE(world.allows("SELECT other()"));
}

}  // namespace
}  // namespace policy
