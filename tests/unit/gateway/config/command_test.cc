// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

class Command : public testing::Test {
 protected:
  Command() {
    std::string pattern = testing::TempDir() + "configXXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/postern.yaml";
  }
  ~Command() override { std::filesystem::remove_all(folder_); }

  int validate(const std::string& text) {
    std::ofstream(path_) << text;
    return run_config_validate(path_, test::sources(), out_, err_);
  }

  std::string folder_, path_;
  std::ostringstream out_, err_;
};

TEST_F(Command, ValidateSucceedsOnAValidFile) {
  EXPECT_EQ(validate(test::document({})), 0);
  EXPECT_EQ(out_.str(), path_ + ": valid (0 errors, 0 warnings)\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Command, ValidateSucceedsWithWarningsAlone) {
  EXPECT_EQ(validate(test::with_user("password: hunter2")), 0);
  EXPECT_EQ(out_.str(), path_ + ": valid (0 errors, 1 warning)\n");
  EXPECT_TRUE(err_.str().starts_with(path_ + ":2:17: warning: users[0].password: ")) << err_.str();
}

TEST_F(Command, ValidateFailsWithEveryErrorAndWarning) {
  EXPECT_EQ(validate(test::with("listen: {prt: 1, address: 0.0.0.0}\nmcp: {enabled: true}")), 1);
  EXPECT_EQ(out_.str(), path_ + ": not valid (2 errors, 1 warning)\n");
  EXPECT_TRUE(err_.str().contains(path_ + ":1:10: error: listen.prt: unknown key")) << err_.str();
  EXPECT_TRUE(err_.str().contains(path_ + ":1:18: warning: listen.address: ")) << err_.str();
  EXPECT_TRUE(err_.str().contains(path_ + ":2:7: error: mcp.enabled: ")) << err_.str();
}

TEST_F(Command, FailsOnAFileThatIsNotThereOrIsAFolder) {
  EXPECT_EQ(run_config_validate(path_, test::sources(), out_, err_), 1);
  EXPECT_EQ(err_.str(), path_ + ": error: cannot be read: No such file or directory\n");
  err_.str("");
  EXPECT_EQ(run_config_show(folder_, test::sources(), out_, err_), 1);
  EXPECT_TRUE(err_.str().contains("cannot be read: Is a directory")) << err_.str();
}

TEST_F(Command, ShowPrintsTheEffectiveConfiguration) {
  std::ofstream(path_) << test::document({});
  EXPECT_EQ(run_config_show(path_, test::sources({{"POSTERN_LISTEN__PORT", "7000"}}), out_, err_),
            0);
  EXPECT_TRUE(out_.str().starts_with("listen:\n  address: \"127.0.0.1\"\n  port: 7000\n"))
      << out_.str();
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Command, ShowPrintsErrorsInsteadOfAnInvalidConfiguration) {
  std::ofstream(path_) << test::with("lisen: {}");
  EXPECT_EQ(run_config_show(path_, test::sources(), out_, err_), 1);
  EXPECT_EQ(out_.str(), "");
  EXPECT_TRUE(err_.str().contains("unknown key"));
}

}  // namespace
}  // namespace gateway::config
