// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/verifier.h"

#include <gtest/gtest.h>

#include "gateway/auth/base64.h"
#include "gateway/auth/users.h"

namespace gateway::auth {
namespace {

// Of RFC 7677 section 3: "pencil".
const std::string kPencil =
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

TEST(Verifier, IsDerivedAsPostgreSqlDoes) {
  const auto salt = decode_base64("W22ZaJ0SNY7soEsUEjb6gQ==");
  EXPECT_EQ(format_verifier(derive_verifier("pencil", *salt, 4096)), kPencil);
}

TEST(Verifier, SurvivesParseAndFormat) {
  const auto verifier = parse_verifier(kPencil);
  ASSERT_TRUE(verifier);
  EXPECT_EQ(verifier->iterations, 4096);
  EXPECT_EQ(format_verifier(*verifier), kPencil);
}

TEST(Verifier, IsRefusedWhereAnyPartIsWrong) {
  for (std::size_t size = 0; size < kPencil.size(); ++size) {
    EXPECT_FALSE(parse_verifier(kPencil.substr(0, size))) << size;
  }
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text = kPencil;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text :
       {kPencil + "=", kPencil + " ", with("SCRAM", "scram"), with("256$", "256"),
        with("4096", "0"), with("4096", "-1"), with("4096", "10000001"), with("4096", " 4096"),
        with("4096", ""), with("4096", "99999999999"), with("W22ZaJ0SNY7soEsUEjb6gQ==", ""),
        with("$WG", "$"), with("WG5d", "WG5!"),
        std::string("md5c4ca4238a0b923820dcc509a6f75849b")}) {
    EXPECT_FALSE(parse_verifier(text)) << text;
  }
}

TEST(Users, FakeTheIterationsThatMostHave) {
  Users users("secret");
  EXPECT_EQ(users.fake("nobody").iterations, kDefaultIterations);
  for (const auto& [name, iterations] : {std::pair{"a", 4096}, {"b", 15000}, {"c", 15000}}) {
    users.add(name, {.verifier = {.iterations = iterations}});
  }
  users.add("d", {.method = Method::Trust});
  EXPECT_EQ(users.fake("nobody").iterations, 15000);
  EXPECT_EQ(users.find("nobody"), nullptr);
}

TEST(Users, FakeOneSaltForOneNameAndSecret) {
  const Users users("secret"), same("secret"), other("other");
  EXPECT_EQ(users.fake("nobody").salt, same.fake("nobody").salt);
  EXPECT_EQ(users.fake("nobody").salt.size(), kSaltBytes);
  EXPECT_NE(users.fake("nobody").salt, users.fake("nobody2").salt);
  EXPECT_NE(users.fake("nobody").salt, other.fake("nobody").salt);
}

}  // namespace
}  // namespace gateway::auth
