// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/policy/questions.h"

namespace policy {
namespace {

using Kind = Effect::Kind;

struct Case {
  std::string sql;
  Kind kind;
  std::string name = {};
};

TEST(Effects, FollowFromTheStatement) {
  const std::string long_name(70, 'n');
  for (const Case& each : std::initializer_list<Case>{
           {"SELECT 1", Kind::None},
           {"PREPARE Px AS SELECT 1", Kind::Prepare, "px"},
           {"PREPARE \"Px\" AS SELECT 1", Kind::Prepare, "Px"},
           {"PREPARE " + long_name + " AS SELECT 1", Kind::Prepare, std::string(63, 'n')},
           // A name is cut between characters: 62 bytes, not half an umlaut.
           {"EXECUTE " + std::string(62, 'n') + "ä", Kind::Execute, std::string(62, 'n')},
           {"EXECUTE p(1)", Kind::Execute, "p"},
           {"EXPLAIN EXECUTE p", Kind::Execute, "p"},
           {"EXPLAIN ANALYZE EXECUTE p", Kind::Execute, "p"},
           {"CREATE TABLE x AS EXECUTE p", Kind::Execute, "p"},
           {"EXPLAIN CREATE TABLE x AS EXECUTE p", Kind::Execute, "p"},
           {"DEALLOCATE p", Kind::Deallocate, "p"},
           {"DEALLOCATE PREPARE ALL", Kind::Deallocate},
           {"DECLARE c CURSOR FOR SELECT 1", Kind::Declare, "c"},
           {"FETCH c", Kind::Fetch, "c"},
           {"MOVE c", Kind::Fetch, "c"},
           {"CLOSE c", Kind::CloseCursor, "c"},
           {"CLOSE ALL", Kind::CloseCursor},
           {"DISCARD ALL", Kind::DiscardAll},
           {"DISCARD PLANS", Kind::None},
           {"BEGIN", Kind::Begin},
           {"START TRANSACTION", Kind::Begin},
           {"COMMIT AND CHAIN", Kind::EndTransaction},
           {"ROLLBACK", Kind::EndTransaction},
           {"ROLLBACK TO s", Kind::RollbackTo},
           {"SAVEPOINT s", Kind::None},
           {"SET TimeZone = 'UTC'", Kind::SetGuc, "timezone"},
           {"SET LOCAL DateStyle = ISO", Kind::SetGuc, "datestyle"},
           {"SET TRANSACTION READ ONLY", Kind::SetGuc, "transaction_read_only"},
           {"RESET DateStyle", Kind::SetGuc, "datestyle"},
           {"RESET ALL", Kind::SetGuc},
           {"SELECT set_config('TimeZone', 'UTC', false)", Kind::SetGuc, "timezone"},
           {"COPY t FROM STDIN", Kind::CopyIn},
           {"COPY t TO STDOUT", Kind::CopyOut},
           {"COPY t TO '/tmp/x'", Kind::None}}) {
    const Verdict verdict = judge_as(Mode::Permissive, each.sql);
    ASSERT_EQ(verdict.statements.size(), 1u) << each.sql;
    EXPECT_EQ(verdict.statements[0].effect.kind, each.kind) << each.sql;
    EXPECT_EQ(verdict.statements[0].effect.name, each.name) << each.sql;
  }
}

TEST(Effects, TellWhatReturnsSettingsToTheirDefaults) {
  const auto resets = [](std::string_view sql) {
    return judge_as(Mode::Permissive, sql).statements.at(0).effect.resets;
  };
  for (const std::string_view sql :
       {"RESET ALL", "RESET TimeZone", "SET TimeZone TO DEFAULT", "SET TIME ZONE LOCAL",
        "SET TIME ZONE DEFAULT", "SELECT set_config('TimeZone', NULL, false)",
        "SELECT set_config('TimeZone', 'UTC', false), set_config('lock_timeout', NULL, false)"}) {
    EXPECT_TRUE(resets(sql)) << sql;
  }
  for (const std::string_view sql :
       {"SET TimeZone = 'UTC'", "SET LOCAL TimeZone TO DEFAULT",
        "SELECT set_config('TimeZone', NULL, true)", "SELECT set_config('TimeZone', 'UTC', false)",
        "BEGIN READ ONLY", "SELECT 1"}) {
    EXPECT_FALSE(resets(sql)) << sql;
  }
}

TEST(Effects, OnlyWithHoldOutlivesItsTransaction) {
  const auto holdable = [](std::string_view sql) {
    return judge_as(Mode::ReadOnly, sql).statements.at(0).effect.holdable;
  };
  EXPECT_TRUE(holdable("DECLARE c CURSOR WITH HOLD FOR SELECT 1"));
  EXPECT_FALSE(holdable("DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1"));
  EXPECT_FALSE(holdable("DECLARE c CURSOR FOR SELECT 1"));
}

}  // namespace
}  // namespace policy
