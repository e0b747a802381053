// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/verifier.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

const std::string kKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

std::string verifier(std::string_view iterations, std::string_view salt) {
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", iterations, salt, kKey, kKey);
}

TEST(Verifier, OfPostgresqlIsAccepted) {
  EXPECT_TRUE(check_verifier(test::kVerifier));
  EXPECT_TRUE(check_verifier(verifier("4096", "AA==")));
  EXPECT_TRUE(check_verifier(verifier("10000000", "AAA=")));
}

TEST(Verifier, OfAnyOtherFormIsRefused) {
  const std::string good = verifier("4096", "AA==");
  for (const std::string& text : {
           std::string("password"),
           std::string("SCRAM-SHA-256$"),
           std::string("scram-sha-256$4096"),
           verifier("4095", "AA=="),
           verifier("10000001", "AA=="),
           verifier("", "AA=="),
           verifier("-4096", "AA=="),
           verifier("4096x", "AA=="),
           verifier("99999999999999999999", "AA=="),
           verifier("4096", ""),
           verifier("4096", "A"),
           verifier("4096", "A=A="),
           verifier("4096", "===="),
           verifier("4096", "AA!="),
           good + "A",
           good + "AAAA",
           good.substr(0, good.size() - 4),
           good.substr(0, good.rfind(':')),
       }) {
    EXPECT_FALSE(check_verifier(text)) << text;
  }
}

TEST(Verifier, OfMd5SaysWhatToDo) {
  const auto checked = check_verifier("md5" + std::string(32, 'a'));
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().contains("password_encryption = 'scram-sha-256'"));
}

TEST(Verifier, IsCheckedForUsers) {
  const auto lines = test::errors(test::with_user("verifier: nonsense"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with("f:2:17: error: users[0].verifier: must be SCRAM-SHA-256$"))
      << lines[0];
}

}  // namespace
}  // namespace gateway::config
