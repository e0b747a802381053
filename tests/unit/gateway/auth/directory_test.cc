// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/directory.h"

#include <gtest/gtest.h>

namespace gateway::auth {
namespace {

const std::string kPencil =
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

DirectoryAnswer read(const std::vector<DirectoryRow>& rows) { return read_directory("ann", rows); }

TEST(Directory, FindsTheUserWithAVerifier) {
  const auto answer = read({{"ann", kPencil}});
  ASSERT_TRUE(std::holds_alternative<FoundUser>(answer));
  EXPECT_EQ(format_verifier(std::get<FoundUser>(answer).verifier), kPencil);
}

TEST(Directory, FindsNobodyWithoutARowOrWithNulls) {
  const std::vector<DirectoryRow> rows[] = {
      {}, {{std::nullopt, std::nullopt}}, {{std::nullopt, kPencil}}, {{"ann", std::nullopt}}};
  for (const auto& each : rows) {
    const auto answer = read(each);
    ASSERT_TRUE(std::holds_alternative<NoSuchUser>(answer));
    EXPECT_EQ(std::get<NoSuchUser>(answer).why, "");
  }
}

TEST(Directory, SaysWhyAPasswordIsOfNoUseButNotWhatItIs) {
  for (const char* secret : {"md50123456789abcdef0123456789abcdef", "hunter2", "",
                             "SCRAM-SHA-256$4096:W22Z$short:short"}) {
    const auto answer = read({{"ann", secret}});
    ASSERT_TRUE(std::holds_alternative<NoSuchUser>(answer)) << secret;
    const std::string& why = std::get<NoSuchUser>(answer).why;
    EXPECT_TRUE(why.contains("password_encryption")) << why;
    EXPECT_TRUE(std::string_view(secret).empty() || !why.contains(secret)) << why;
  }
}

TEST(Directory, TakesNoAnswerButOneRowOfTheUserAskedFor) {
  const std::vector<DirectoryRow> rows[] = {{{"ann", kPencil}, {"ann", kPencil}},
                                            {{"ann"}},
                                            {{"ann", kPencil, "more"}},
                                            {DirectoryRow{}},
                                            {{"Ann", kPencil}},
                                            {{"", kPencil}}};
  for (const auto& each : rows) {
    const auto answer = read(each);
    ASSERT_TRUE(std::holds_alternative<DirectoryFailure>(answer));
    EXPECT_EQ(std::get<DirectoryFailure>(answer).kind, DirectoryFailure::Kind::WrongAnswer);
  }
}

}  // namespace
}  // namespace gateway::auth
