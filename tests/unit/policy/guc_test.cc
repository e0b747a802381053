// SPDX-License-Identifier: Apache-2.0
#include "policy/guc.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/questions.h"

namespace policy {
namespace {

bool may_set(std::string_view name, std::string_view value, Mode mode = Mode::ReadOnly) {
  return !judge_setting(name, value, profile_of(mode));
}

TEST(Guc, DriversAndPsqlMaySetWhatTheySet) {
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"DateStyle", "ISO, MDY"},
           {"TimeZone", "Europe/Berlin"},
           {"IntervalStyle", "postgres"},
           {"extra_float_digits", "3"},
           {"bytea_output", "hex"},
           {"APPLICATION_NAME", "psql"},
           {"client_min_messages", "WARNING"},
           {"client_encoding", "UTF-8"},
           {"standard_conforming_strings", "on"},
           {"default_transaction_read_only", "on"},
           {"default_transaction_isolation", "serializable"},
           {"search_path", "\"$user\",PUBLIC"},
           {"search_path", ""},
           {"search_path", "\"\""},
           {"statement_timeout", "5s"},
           {"lock_timeout", "0"}}) {
    EXPECT_TRUE(may_set(name, value)) << name << " = " << value;
  }
}

TEST(Guc, WhatIsNotListedIsRefusedInEveryMode) {
  for (const char* name : {"row_security", "seq_page_cost", "work_mem", "session_replication_role",
                           "app.tenant", "geqo", "log_statement", "", "datestyle "}) {
    for (const Mode mode : {Mode::ReadOnly, Mode::Balanced, Mode::Permissive}) {
      EXPECT_FALSE(may_set(name, "off", mode)) << name;
    }
  }
}

TEST(Guc, ValuesThatWouldChangeHowTextIsReadAreRefused) {
  for (const Mode mode : {Mode::ReadOnly, Mode::Balanced, Mode::Permissive}) {
    EXPECT_FALSE(may_set("client_encoding", "SJIS", mode));
    EXPECT_FALSE(may_set("CLIENT_ENCODING", "", mode));
    EXPECT_FALSE(may_set("standard_conforming_strings", "off", mode));
    EXPECT_FALSE(may_set("standard_conforming_strings", "nonsense", mode));
  }
}

TEST(Guc, TimeoutsOnlyGoDown) {
  for (const char* value : {"1", "4999", "5000", "5s", "0.05min"}) {
    EXPECT_TRUE(may_set("statement_timeout", value)) << value;
  }
  // The server rounds 0.4 to 0, which means no limit.
  for (const char* value : {"0", "0.4", "100us", "-1", "5001", "6s", "1h", "", "x", "1e9"}) {
    EXPECT_FALSE(may_set("statement_timeout", value)) << value;
  }
}

TEST(Guc, OnlyThePinnedSearchPathComesBack) {
  for (const char* value : {"secret", "public", "public, \"$user\"", "\"$user, public\"", "a b"}) {
    EXPECT_FALSE(may_set("search_path", value)) << value;
  }
}

TEST(Guc, WritingModesMaySayReadWrite) {
  EXPECT_FALSE(may_set("transaction_read_only", "off"));
  EXPECT_FALSE(may_set("default_transaction_read_only", "0"));
  EXPECT_TRUE(may_set("transaction_read_only", "off", Mode::Balanced));
}

TEST(Guc, RolesAreFixedWhateverTheProfileAdds) {
  Profile profile = profile_of(Mode::Permissive);
  profile.allowed_gucs = {"role", "client_encoding", "work_mem", "search_path"};
  EXPECT_TRUE(judge_setting("role", "x", profile));
  EXPECT_TRUE(judge_setting("Session_Authorization", "x", profile));
  EXPECT_TRUE(judge_reset("role", profile));
  EXPECT_TRUE(judge_setting("client_encoding", "SJIS", profile));
  EXPECT_FALSE(judge_setting("work_mem", "1GB", profile));
  EXPECT_FALSE(judge_setting("search_path", "app", profile));
}

TEST(Guc, ResetGoesBackToThePins) {
  const Profile profile = profile_of(Mode::ReadOnly);
  for (const char* name : {"search_path", "statement_timeout", "default_transaction_read_only"}) {
    EXPECT_FALSE(judge_reset(name, profile)) << name;
  }
  EXPECT_TRUE(judge_reset("row_security", profile));
  EXPECT_TRUE(judge_reset("transaction_read_only", profile));  // is no pin
}

TEST(Guc, MessagesShowOnlyTheBeginningOfALongValue) {
  const auto violation = judge_setting("client_encoding", std::string(100000, 'x'), Profile{});
  ASSERT_TRUE(violation);
  EXPECT_LT(violation->message.size(), 200u);
}

}  // namespace
}  // namespace policy
