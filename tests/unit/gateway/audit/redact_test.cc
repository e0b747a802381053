// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/redact.h"

#include <gtest/gtest.h>

namespace gateway::audit {
namespace {

struct Case {
  const char* sql;
  const char* redacted;
};

TEST(Redact, TakesOutLiteralsAndCommentsAndKeepsTheRest) {
  constexpr Case kCases[] = {
      {"", ""},
      {"SELECT 1", "SELECT $1"},
      {"SELECT a1, t2.b FROM t2 WHERE c='x' AND d=2.5e-3",
       "SELECT a1, t2.b FROM t2 WHERE c=$1 AND d=$2"},
      {"SELECT $2, 'x', 7", "SELECT $2, $3, $4"},
      {"SELECT 'it''s' || ''", "SELECT $1 || $2"},
      {R"(SELECT E'it\'s', e'\\', 'c:\')", "SELECT $1, $2, $3"},
      {"SELECT B'01', x'ff', N'n', U&'\\0041'", "SELECT $1, $2, $3, $4"},
      {"SELECT $$a'b$$, $tag$ $$ 'x' $tag$, a$b$c", "SELECT $1, $2, a$b$c"},
      {"SELECT \"Odd \"\"name\", U&\"\\0041\" FROM \"1\"",
       "SELECT \"Odd \"\"name\", U&\"\\0041\" FROM \"1\""},
      {"SELECT 1 -- secret\n, 2", "SELECT $1  \n, $2"},
      {"SELECT/* a /* nested 'x */ b */1", "SELECT $1"},
      {"SELECT 0xff, 1_000, .5, 1., 1..2, 12abc", "SELECT $1, $2, $3, $4, $5, $6"},
      {"SELECT a[1:2], 1+2, 1-2, 1e+5", "SELECT a[$1:$2], $3+$4, $5-$6, $7"},
      {"INSERT INTO t VALUES ('\xe4', '\xc3\xa4')", "INSERT INTO t VALUES ($1, $2)"},
      {"ALTER USER u PASSWORD 'geheim'", "ALTER USER u PASSWORD $1"},
      {"SELECT fooE'x', be'x'", "SELECT fooE$1, be$2"},
      {"SELECT $4111111111111111", "SELECT $1"},
      {"SELECT 'a'\n'b'", "SELECT $1\n$2"},
  };
  for (const Case& c : kCases) EXPECT_EQ(redact_statement(c.sql), c.redacted) << c.sql;
}

TEST(Redact, TakesOutEverythingBehindWhatIsNotClosed) {
  constexpr Case kCases[] = {
      {"SELECT 'secret", "SELECT $1"},        {"SELECT E'secret\\'", "SELECT $1"},
      {"SELECT E'secret\\", "SELECT $1"},     {"SELECT $x$secret$y$", "SELECT $1"},
      {"SELECT /* secret /* */", "SELECT  "}, {"SELECT -- secret", "SELECT  "},
      {"SELECT \"secret", "SELECT $1"},       {"SELECT \"secret\"\"", "SELECT $1"},
      {"SELECT U&'secret", "SELECT $1"},      {"SELECT $", "SELECT $"},
  };
  for (const Case& c : kCases) EXPECT_EQ(redact_statement(c.sql), c.redacted) << c.sql;
}

// Whatever is cut off or put around it, the secret of a literal never shows.
TEST(Redact, ShowsNoPartOfALiteralAtAnyCut) {
  const std::string forms[] = {"'QQQ'", "E'\\'QQQ'", "$q$QQQ$q$", "/*QQQ*/", "--QQQ\n", "B'QQQ'"};
  for (const std::string& form : forms) {
    const std::string sql = "SELECT a, " + form + " FROM t";
    for (std::size_t cut = 0; cut <= sql.size(); ++cut) {
      EXPECT_FALSE(redact_statement(sql.substr(0, cut)).contains('Q')) << sql << " at " << cut;
    }
  }
}

TEST(Redact, MessagesKeepOnlyTheNamesThatTheStatementShowsAnyway) {
  const std::string sql =
      redact_statement("SELECT ssn FROM \"Users\" WHERE name = 'miller' AND x = 77");
  EXPECT_EQ(redact_message("column \"ssn\" of \"Users\" is denied", sql),
            "column \"ssn\" of \"Users\" is denied");
  EXPECT_EQ(redact_message("syntax error at or near \"miller\"", sql),
            "syntax error at or near $1");
  EXPECT_EQ(redact_message("near \"'miller'\" or 'miller' or 77 or \"1\"", sql),
            "near $1 or $2 or $3 or $4");
  EXPECT_EQ(redact_message("near \"miller", sql), "near $1");
}

}  // namespace
}  // namespace gateway::audit
