// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/input.h"

#include <gtest/gtest.h>

namespace gateway::check {
namespace {

using Kind = Step::Kind;

std::string error_of(std::string_view line) {
  const auto read = read_case(line);
  return read ? "" : read.error().message;
}

TEST(Input, ReadsAStatement) {
  const auto read = read_case(R"({"id": "A-1", "sql": "SELECT 1", "expect": "deny"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, "A-1");
  EXPECT_FALSE(read->is_script);
  ASSERT_EQ(read->steps.size(), 1U);
  EXPECT_EQ(read->steps[0].kind, Kind::Query);
  EXPECT_EQ(read->steps[0].sql, "SELECT 1");
}

TEST(Input, KeepsTheIdOfAnyType) {
  EXPECT_EQ(read_case(R"({"id": 7, "sql": ""})")->id, 7);
  EXPECT_TRUE(read_case(R"({"sql": ""})")->id.is_null());
}

TEST(Input, ReadsMessagesOfASession) {
  const auto read = read_case(R"({"steps": ["BEGIN",
    {"msg": "parse", "stmt": "s", "sql": "SELECT $1", "types": [23, 0]},
    {"msg": "bind", "portal": "p", "stmt": "s", "params": ["x"]},
    {"msg": "execute", "portal": "p", "max": 1}, {"msg": "sync"},
    {"msg": "close", "kind": "P", "name": "p"}, {"msg": "close", "kind": "S", "name": "s"},
    {"msg": "query_b64", "b64": "U0VMRUNUICf/Jw=="}, {"msg": "fcall", "func": "lo_get"},
    {"msg": "startup", "params": {"a": "b"}, "replication": "database"}]
})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->is_script);
  const auto& steps = read->steps;
  ASSERT_EQ(steps.size(), 10U);
  EXPECT_EQ(steps[0].sql, "BEGIN");
  EXPECT_EQ(steps[1].kind, Kind::Parse);
  EXPECT_EQ(steps[1].statement, "s");
  EXPECT_EQ(steps[1].parameter_types, (std::vector<std::uint32_t>{23, 0}));
  EXPECT_EQ(steps[2].kind, Kind::Bind);
  EXPECT_EQ(steps[2].portal, "p");
  EXPECT_EQ(steps[3].kind, Kind::Execute);
  EXPECT_EQ(steps[4].kind, Kind::Nothing);
  EXPECT_EQ(steps[5].kind, Kind::ClosePortal);
  EXPECT_EQ(steps[6].kind, Kind::CloseStatement);
  EXPECT_EQ(steps[7].kind, Kind::Query);
  EXPECT_EQ(steps[7].sql, "SELECT '\xff'");
  EXPECT_EQ(steps[8].kind, Kind::FunctionCall);
  EXPECT_EQ(steps[9].kind, Kind::Startup);
  EXPECT_EQ(steps[9].settings, (session::Settings{{"replication", "database"}, {"a", "b"}}));
}

TEST(Input, JudgesTheSqlOfMessagesItDoesNotKnow) {
  const auto read = read_case(R"({"steps": [{"msg": "query_in_new_dress", "sql": "SELECT 1"}]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->steps[0].kind, Kind::Query);
  EXPECT_EQ(read->steps[0].sql, "SELECT 1");
}

TEST(Input, GeneratesTexts) {
  const auto read = read_case(
      R"({"sql_gen": {"prefix": "a", "unit": "bc", "count": 3, "suffix": "d", "suffix_unit": "e"}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->steps[0].sql, "abcbcbcdeee");
}

TEST(Input, RefusesToGenerateWithoutBounds) {
  EXPECT_NE(error_of(R"({"sql_gen": {"unit": "xxxx", "count": 18446744073709551615}})"), "");
  EXPECT_NE(error_of(R"({"sql_gen": {"unit": "x", "count": 67108865}})"), "");
  EXPECT_EQ(error_of(R"({"sql_gen": {"unit": "", "count": 18446744073709551615}})"), "");
}

TEST(Input, TakesBytesThatAreNotUtf8) {
  const auto read = read_case("{\"sql\": \"SELECT '\xff'\", \"id\": \"x\"}");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->steps[0].sql, "SELECT '\xff'");
}

TEST(Input, TakesNulBytes) {
  const auto read = read_case(R"({"sql": "a\u0000b"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->steps[0].sql, std::string("a\0b", 3));
}

TEST(Input, SaysWhatIsWrongAndKeepsTheId) {
  EXPECT_NE(error_of("{"), "");
  EXPECT_NE(error_of("[]"), "");
  EXPECT_NE(error_of("{}"), "");
  EXPECT_NE(error_of(R"({"sql": 1})"), "");
  EXPECT_NE(error_of(R"({"steps": "x"})"), "");
  EXPECT_NE(error_of(R"({"steps": [1]})"), "");
  EXPECT_NE(error_of(R"({"steps": [{"msg": "query_b64", "b64": "*"}]})"), "");
  EXPECT_NE(error_of(R"({"steps": [{"msg": "parse"}]})"), "");
  EXPECT_EQ(read_case(R"({"id": 5, "sql": 1})").error().id, 5);
}

}  // namespace
}  // namespace gateway::check
