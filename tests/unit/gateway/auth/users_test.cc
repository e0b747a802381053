// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/users.h"

#include <gtest/gtest.h>

namespace gateway::auth {
namespace {

User with_method(Method method) { return {.method = method}; }

TEST(UnknownUsers, AreAskedAsMostUsersWithAPasswordAre) {
  Users users("secret");
  EXPECT_EQ(users.method_of_unknown(), Method::ScramSha256);
  users.add("a", with_method(Method::Trust));
  users.add("b", with_method(Method::Certificate));
  EXPECT_EQ(users.method_of_unknown(), Method::ScramSha256);
  users.add("c", with_method(Method::Password));
  EXPECT_EQ(users.method_of_unknown(), Method::Password);
  users.add("d", with_method(Method::ScramSha256));
  EXPECT_EQ(users.method_of_unknown(), Method::ScramSha256)
      << "the stronger of equally common ones";
  users.add("e", with_method(Method::Password));
  EXPECT_EQ(users.method_of_unknown(), Method::Password);
}

TEST(UnknownUsers, GetTheIterationsThatAreAskedFor) {
  const Users users("secret");
  EXPECT_EQ(users.fake("nobody", 15000).iterations, 15000);
  EXPECT_EQ(users.fake("nobody", 15000).salt, users.fake("nobody").salt);
}

TEST(IsPasswordOf, TellsTheRightOneFromOthers) {
  const auto verifier = derive_verifier("pencil", "salt of 16 bytes", 4096);
  EXPECT_TRUE(is_password_of(verifier, "pencil"));
  for (const char* wrong : {"", "pencils", "penci", "Pencil"}) {
    EXPECT_FALSE(is_password_of(verifier, wrong)) << wrong;
  }
  EXPECT_FALSE(is_password_of(fake_verifier("user", "secret", 4096), ""));
}

}  // namespace
}  // namespace gateway::auth
