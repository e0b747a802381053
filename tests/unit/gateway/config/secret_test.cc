// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "gateway/config/secret_file.h"
#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);

TEST(SecretFile, GivesTheContentWithoutItsLastNewline) {
  const auto read = test::sources().read_file;
  EXPECT_EQ(resolve_secret("plain", read), "plain");
  EXPECT_EQ(resolve_secret("file:/secret", read), "s3cret");
  EXPECT_EQ(resolve_secret("file:/crlf", read), "s3cret");
}

TEST(SecretFile, RefusesWhatItCannotRead) {
  const auto read = test::sources().read_file;
  for (const char* text : {"file:/none", "file:/empty", "file:/nul", "file:/latin1",
                           "file:", "file:relative", "file:./x"}) {
    EXPECT_FALSE(resolve_secret(text, read)) << text;
  }
  EXPECT_EQ(resolve_secret("file:/none", read).error(), "file /none does not exist");
}

TEST(SecretFile, SaysWhereTheFileWasNamed) {
  const auto lines = test::errors(test::with_database("password: file:/none"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].contains("databases[0].password: file /none does not exist")) << lines[0];
}

class RegularFile : public testing::Test {
 protected:
  RegularFile() {
    std::string pattern = testing::TempDir() + "configXXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~RegularFile() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(RegularFile, IsReadUpToItsMaximum) {
  const std::string path = folder_ + "/file";
  std::ofstream(path) << "12345";
  EXPECT_EQ(read_regular_file(path, 5), "12345");
  EXPECT_EQ(read_regular_file(path, 4).error(), "is longer than 4 bytes");
}

TEST_F(RegularFile, IsNeitherAFolderNorADevice) {
  EXPECT_EQ(read_regular_file(folder_, 5).error(), "is not a regular file");
  EXPECT_EQ(read_regular_file("/dev/zero", 5).error(), "is not a regular file");
  EXPECT_EQ(read_regular_file(folder_ + "/none", 5).error(), "does not exist");
}

}  // namespace
}  // namespace gateway::config
