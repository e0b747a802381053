// SPDX-License-Identifier: Apache-2.0
#include "gateway/admin/command.h"

#include <gtest/gtest.h>

#include <random>

namespace gateway::admin {
namespace {

using namespace std::chrono_literals;
using Kind = Target::Kind;

Deny deny_of(std::string_view line) {
  const auto command = parse_command(line);
  if (!command) ADD_FAILURE() << line << ": " << command.error();
  return command ? std::get<Deny>(*command) : Deny{};
}

std::string error_of(std::string_view line) {
  const auto command = parse_command(line);
  return command ? std::string() : command.error();
}

TEST(Command, NamesWhatIsDenied) {
  EXPECT_EQ(deny_of("DENY USER ann").target, (Target{.kind = Kind::User, .user = "ann"}));
  EXPECT_EQ(deny_of("deny user Ann database shop").target,
            (Target{.kind = Kind::User, .user = "Ann", .database = "shop"}));
  EXPECT_EQ(deny_of(" DENY\tDATABASE 'the shop' ").target,
            (Target{.kind = Kind::Database, .database = "the shop"}));
  EXPECT_EQ(deny_of("DENY FINGERPRINT 00000000deadBEEF").target,
            (Target{.kind = Kind::Fingerprint, .fingerprint = 0xdeadbeef}));
  EXPECT_EQ(deny_of("DENY USER 'o''neil'").target.user, "o'neil");
  EXPECT_EQ(deny_of("DENY USER user").target.user, "user") << "a keyword may be a name";
}

TEST(Command, TakesItsClausesInAnyOrder) {
  const Deny deny = deny_of("DENY USER a REASON 'a leak' CANCEL FOR 10m DATABASE d");
  EXPECT_EQ(deny.target.database, "d");
  EXPECT_EQ(deny.reason, "a leak");
  EXPECT_EQ(deny.lasts, 600s);
  EXPECT_EQ(deny.running, Running::IsCancelled);
  const Deny plain = deny_of("DENY USER a");
  EXPECT_EQ(plain.lasts, std::nullopt);
  EXPECT_EQ(plain.running, Running::GoesOn);
}

TEST(Command, AllowsAndLists) {
  const auto allow = parse_command("ALLOW USER a DATABASE d");
  ASSERT_TRUE(allow.has_value());
  EXPECT_EQ(std::get<Allow>(*allow).target, (Target{.user = "a", .database = "d"}));
  const auto list = parse_command("list");
  ASSERT_TRUE(list.has_value());
  EXPECT_TRUE(std::holds_alternative<List>(*list));
}

TEST(Command, SaysWhatToWriteInstead) {
  struct Case {
    const char* line;
    const char* says;
  };
  constexpr Case kCases[] = {
      {"", "write DENY or ALLOW"},
      {"DROP USER a", "write DENY or ALLOW"},
      {"DENY", "write DENY or ALLOW"},
      {"DENY 'USER' a", "write DENY or ALLOW"},
      {"DENY USER", "USER wants a value"},
      {"DENY USER ''", "USER wants a value"},
      {"DENY USER a b", "'b' is one word too many"},
      {"DENY USER a FOR 1m FOR 2m", "'FOR' is one word too many"},
      {"DENY USER a FOR soon", "'soon' is no time"},
      {"DENY USER a FOR 0", "'0' is no time"},
      {"DENY USER a FOR 367d", "'367d' is no time"},
      {"DENY USER a FOR 99999999999999999999s", "is no time"},
      {"DENY USER a REASON 'x", "a quoted text has no end"},
      {"DENY DATABASE d DATABASE e", "'DATABASE' is one word too many"},
      {"DENY FINGERPRINT xyz", "'xyz' is no fingerprint"},
      {"DENY FINGERPRINT 0", "'0' is no fingerprint"},
      {"DENY FINGERPRINT 11112222333344445", "is no fingerprint"},
      {"DENY FINGERPRINT 1 CANCEL", "CANCEL goes with USER or DATABASE"},
      {"ALLOW USER a FOR 1m", "'FOR' is one word too many"},
      {"LIST all", "'all' is one word too many"},
  };
  for (const Case& c : kCases) EXPECT_TRUE(error_of(c.line).contains(c.says)) << c.line;
}

TEST(Command, ReadsBackWhatATargetIsWrittenAs) {
  const Target targets[] = {{.user = "o'neil DATABASE x"},
                            {.user = "a", .database = "the 'shop'"},
                            {.kind = Kind::Database, .database = "FOR 10m"},
                            {.kind = Kind::Fingerprint, .fingerprint = 1}};
  for (const Target& target : targets) {
    EXPECT_EQ(deny_of("DENY " + text_of(target)).target, target) << text_of(target);
  }
}

TEST(Command, SurvivesAnyBytes) {
  std::mt19937 random(1);
  const std::string_view parts[] = {"DENY ", "USER ",  "'",    "FOR ",         "1m ",
                                    "\0",    "ALLOW ", "\xff", "FINGERPRINT ", "REASON "};
  for (int i = 0; i < 20'000; ++i) {
    std::string line;
    for (auto n = random() % 8; n > 0; --n) line += parts[random() % std::size(parts)];
    const auto command = parse_command(line);
    EXPECT_TRUE(command || !command.error().empty());
  }
}

}  // namespace
}  // namespace gateway::admin
