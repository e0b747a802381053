// SPDX-License-Identifier: Apache-2.0
// Whose key it is. Those of the process's own user are in tls_files_test.cc.
#include "gateway/net/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/made_certificates.h"

namespace gateway::net {
namespace {

constexpr uid_t kSomebody = 65'534;

class KeyFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives a file to somebody else";
    ::chmod(folder_.path(".").c_str(), 0711);
  }

  // What is wrong for a process of somebody else; empty: nothing.
  std::string check_as_somebody(mode_t mode) const {
    ::chmod(path_.c_str(), mode);
    if (::seteuid(kSomebody) != 0) return "cannot become somebody else";
    const auto checked = check_key_file(path_);
    EXPECT_EQ(::seteuid(0), 0);
    return checked ? "" : checked.error();
  }

  tests::Folder folder_;
  const std::string path_ = folder_.write("key", "a key");
};

TEST_F(KeyFileTest, OfAnotherUserIsRefused) {
  ASSERT_EQ(::chown(path_.c_str(), kSomebody, kSomebody), 0);
  ::chmod(path_.c_str(), 0600);
  const auto checked = check_key_file(path_);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error(), "must belong to the user that runs postern, or to root");
  EXPECT_EQ(check_as_somebody(0600), "") << "who owns it may use it";
}

TEST_F(KeyFileTest, OfRootMayBeReadByAGroup) {
  for (const mode_t mode : {0400U, 0440U, 0600U, 0640U}) EXPECT_EQ(check_as_somebody(mode), "");
  for (const mode_t mode : {0644U, 0650U, 0660U, 0601U, 0602U, 0604U}) {
    EXPECT_TRUE(check_as_somebody(mode).ends_with("or to 0640 as it is root's")) << mode;
  }
}

}  // namespace
}  // namespace gateway::net
