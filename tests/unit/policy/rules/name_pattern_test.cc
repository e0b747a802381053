// SPDX-License-Identifier: Apache-2.0
#include "policy/rules/name_pattern.h"

#include <gtest/gtest.h>

namespace policy::rules {
namespace {

using Names = std::vector<std::string_view>;

NamePattern parsed(std::string_view text, NameKind kind) {
  const auto pattern = parse_name_pattern(text, kind);
  EXPECT_TRUE(pattern.has_value()) << text << ": " << (pattern ? "" : pattern.error());
  return pattern.value_or(NamePattern{});
}

std::string error_of(std::string_view text, NameKind kind) {
  const auto pattern = parse_name_pattern(text, kind);
  return pattern ? "" : pattern.error();
}

TEST(NamePattern, MatchesNamesAsPostgreSqlKeepsThem) {
  struct Case {
    std::string_view pattern;
    NameKind kind;
    Names names;
    bool matches;
  };
  const std::string long_name(70, 'a'), cut(63, 'a');
  const auto table = NameKind::Relation, column = NameKind::Column, schema = NameKind::Schema;
  const Case cases[] = {
      {"users", table, {"public", "users"}, true},
      {"Users", table, {"public", "users"}, true},
      {"users", table, {"public", "Users"}, false},
      {"\"Users\"", table, {"public", "Users"}, true},
      {"\"Users\"", table, {"public", "users"}, false},
      {"users", table, {"hr", "users"}, true},
      {"hr.users", table, {"hr", "users"}, true},
      {"hr.users", table, {"public", "users"}, false},
      {"HR.\"Users\"", table, {"hr", "Users"}, true},
      {"hr.*", table, {"hr", "anything"}, true},
      {"hr.*", table, {"hr2", "anything"}, false},
      {"*", table, {"hr", "x"}, true},
      {"user?", table, {"public", "users"}, true},
      {"user?", table, {"public", "user"}, false},
      {"user?", table, {"public", "userss"}, false},
      {"\"user*\"", table, {"public", "users"}, false},
      {"\"user*\"", table, {"public", "user*"}, true},
      {"\"a.b\"", table, {"public", "a.b"}, true},
      {"\"a\"\"b\"", table, {"public", "a\"b"}, true},
      {"a$1_b", table, {"public", "a$1_b"}, true},
      {"users", schema, {"users"}, true},
      {"users.ssn", column, {"public", "users", "ssn"}, true},
      {"users.ssn", column, {"hr", "users", "ssn"}, true},
      {"users.ssn", column, {"hr", "vendors", "ssn"}, false},
      {"hr.users.ssn", column, {"public", "users", "ssn"}, false},
      {"hr.users.ssn", column, {"hr", "users", "ssn"}, true},
      {"*.*secret*", column, {"public", "orders", "my_secret_key"}, true},
      {"*.*secret*", column, {"public", "orders", "SECRET"}, false},
      {"*.*SECRET*", column, {"public", "orders", "secret"}, true},
      {"hr.users.ssn", column, {"users", "ssn"}, false},
      {long_name, table, {"public", cut}, true},
      {long_name, table, {"public", long_name}, false},
      {"na?ve", table, {"public", "na\xC3\xAFve"}, true},
      {"NA\xC3\x8FVE", table, {"public", "na\xC3\x8Fve"}, true},
      {"NA\xC3\x8FVE", table, {"public", "na\xC3\xAFve"}, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(parsed(c.pattern, c.kind).matches(c.names), c.matches) << c.pattern;
  }
}

TEST(NamePattern, CutsAtTheLastWholeCharacter) {
  const std::string name = std::string(62, 'a') + "\xC3\xA9";
  EXPECT_EQ(cut_name(name), std::string(62, 'a'));
  const auto pattern = parsed(name, NameKind::Relation);
  EXPECT_TRUE(pattern.parts[0].was_cut);
  EXPECT_TRUE(pattern.matches({"public", std::string(62, 'a')}));
  EXPECT_EQ(cut_name(std::string(63, 'a')), std::string(63, 'a'));
}

TEST(NamePattern, RefusesWhatIsNoName) {
  struct Case {
    std::string_view text;
    NameKind kind;
    std::string_view error;
  };
  const std::string endless(kPatternBytesMax + 1, 'a');
  const auto table = NameKind::Relation, column = NameKind::Column;
  const Case cases[] = {
      {"", table, "is empty"},
      {".", table, "empty part"},
      {"a.", table, "empty part"},
      {".a", table, "empty part"},
      {"a..b", table, "empty part"},
      {"\"\"", table, "empty part"},
      {"\"\".a", table, "empty part"},
      {"a.b.c", table, "too many parts: write table or schema.table"},
      {"a.b.c.d", column, "too many parts"},
      {"ssn", column, "too few parts: write table.column or schema.table.column"},
      {"a.b", NameKind::Schema, "too many parts: write one name"},
      {"\"a", table, "not closed"},
      {"\"a\"b", table, "behind a closing quote"},
      {"a\"b\"", table, "double quotes"},
      {"a b", table, "double quotes"},
      {" a", table, "double quotes"},
      {"a-b", table, "double quotes"},
      {"f(integer)", NameKind::Function, "double quotes"},
      {"user%", table, "globs are"},
      {std::string_view("a\0b", 3), table, "double quotes"},
      {endless, table, "longer than 1024 bytes"},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(error_of(c.text, c.kind).contains(c.error))
        << c.text << ": " << error_of(c.text, c.kind);
  }
}

// A plain definition of what a glob means, exponential and obviously right.
bool means(std::string_view glob, std::string_view name) {
  if (glob.empty()) return name.empty();
  if (glob[0] == '*')
    return means(glob.substr(1), name) || (!name.empty() && means(glob, name.substr(1)));
  return !name.empty() && (glob[0] == '?' || glob[0] == name[0]) &&
         means(glob.substr(1), name.substr(1));
}

std::vector<std::string> words_of(std::string_view alphabet, std::size_t bytes_max) {
  std::vector<std::string> words{""};
  for (std::size_t begin = 0, bytes = 0; bytes < bytes_max; ++bytes) {
    const std::size_t end = words.size();
    for (; begin < end; ++begin) {
      for (const char c : alphabet) words.push_back(words[begin] + c);
    }
  }
  return words;
}

TEST(NamePattern, AgreesWithThePlainMeaningOfGlobs) {
  const auto names = words_of("ab", 5);
  for (const std::string& glob : words_of("ab*?", 4)) {
    if (glob.empty()) continue;
    const auto pattern = parsed(glob, NameKind::Schema);
    for (const std::string& name : names) {
      ASSERT_EQ(pattern.matches({name}), means(glob, name)) << glob << " " << name;
    }
  }
}

TEST(NamePattern, CoversAndOverlapsOnlyWhatItShould) {
  const auto names = words_of("ab", 4);
  const auto globs = words_of("ab*?", 3);
  for (const std::string& wide : globs) {
    for (const std::string& narrow : globs) {
      if (wide.empty() || narrow.empty()) continue;
      const auto w = parsed(wide, NameKind::Schema), n = parsed(narrow, NameKind::Schema);
      bool all = true, any = false;
      for (const std::string& name : names) {
        all = all && (!n.matches({name}) || w.matches({name}));
        any = any || (n.matches({name}) && w.matches({name}));
      }
      ASSERT_TRUE(all || !covers(w, n)) << wide << " " << narrow;
      ASSERT_TRUE(!any || may_overlap(w, n)) << wide << " " << narrow;
    }
  }
}

TEST(NamePattern, ComparesPatternsPartByPart) {
  struct Case {
    std::string_view a, b;
    bool covers, overlaps;
  };
  const Case cases[] = {
      {"users", "users", true, true},
      {"users", "hr.users", true, true},
      {"hr.users", "users", false, true},
      {"*.users", "users", true, true},
      {"hr.*", "hr.users", true, true},
      {"hr.*", "users", false, true},
      {"hr.*", "public.users", false, false},
      {"*", "\"Odd Name\"", true, true},
      {"user*", "users_*", true, true},
      {"users_*", "user*", false, true},
      {"*_log", "audit_*", false, true},
      {"a*", "b*", false, false},
      {"*a", "*b", false, false},
      {"\"*\"", "users", false, false},
      {"?", "*", false, true},
  };
  for (const Case& c : cases) {
    const auto a = parsed(c.a, NameKind::Relation), b = parsed(c.b, NameKind::Relation);
    EXPECT_EQ(covers(a, b), c.covers) << c.a << " " << c.b;
    EXPECT_EQ(may_overlap(a, b), c.overlaps) << c.a << " " << c.b;
    EXPECT_EQ(may_overlap(b, a), c.overlaps) << c.a << " " << c.b;
  }
}

TEST(NamePattern, TakesTimeInProportionToItsText) {
  std::string stars;
  for (int i = 0; i < 300; ++i) stars += "a*";
  const auto pattern = parsed(stars + "b", NameKind::Schema);
  EXPECT_FALSE(pattern.matches({std::string(100'000, 'a')}));
  EXPECT_TRUE(pattern.matches({std::string(100'000, 'a') + "b"}));
}

}  // namespace
}  // namespace policy::rules
