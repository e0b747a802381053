// SPDX-License-Identifier: Apache-2.0
// The parser reads PostgreSQL 17. What newer grammars took as their own are functions and columns
// of the user's on an older server.
#include <gtest/gtest.h>

#include "tests/unit/policy/resolver/world.h"

namespace policy {
namespace {

struct Row {
  const char* sql;
  int since;          // the grammar that took it
  const char* calls;  // on servers before
};

TEST(OlderGrammar, CallsTheUsersFunctions) {
  const Row rows[] = {
      {"SELECT json_value('{}', '$')", 17, "public.json_value"},
      {"SELECT json_query('{}', '$')", 17, "public.json_query"},
      {"SELECT json_exists('{}', '$')", 17, "public.json_exists"},
      {"SELECT json_scalar('x')", 17, "public.json_scalar"},
      {"SELECT json_serialize('{}')", 17, "public.json_serialize"},
      // Of a literal it is the cast to type json on every server.
      {"SELECT json('{}')", 14, ""},
      {"SELECT json('{}'::text)", 17, "public.json"},
      {"SELECT json_object()", 16, "public.json_object"},
      {"SELECT json_array('x')", 16, "public.json_array"},
      {"SELECT json_arrayagg(email) FROM users", 16, "public.json_arrayagg"},
  };
  for (const int major : {14, 15, 16, 17, 18}) {
    const auto snapshot = older_snapshot(major);
    for (const auto& row : rows) {
      EXPECT_EQ(calls(row.sql, *snapshot), major < row.since ? row.calls : "")
          << row.sql << " on " << major;
    }
  }
}

TEST(OlderGrammar, ReadsTheUsersColumns) {
  for (const int major : {14, 15, 16, 17, 18}) {
    const auto snapshot = older_snapshot(major);
    if (major < 16) {
      EXPECT_EQ(told("SELECT system_user FROM words", *snapshot), "words(system_user)") << major;
    }
    EXPECT_EQ(told("SELECT json_value FROM words", *snapshot), "words(json_value)") << major;
  }
}

TEST(OlderGrammar, SaysWhatAnOlderServerWouldNotParse) {
  const char* const texts[] = {
      "SELECT json_value('{}', '$' DEFAULT 'x' ON EMPTY)",
      "SELECT * FROM json_table('[]', '$[*]' COLUMNS (a int))",
  };
  for (const char* sql : texts) {
    EXPECT_EQ(told(sql, *older_snapshot(17)), "") << sql;
    EXPECT_TRUE(told(sql, *older_snapshot(15)).starts_with("uncertain: ")) << sql;
  }
}

}  // namespace
}  // namespace policy
