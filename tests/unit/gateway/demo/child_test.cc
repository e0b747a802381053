// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/child.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "gateway/demo/temp_dir.h"

namespace gateway::demo {
namespace {

using namespace std::chrono_literals;

Command shell(std::string script) {
  Command command;
  command.argv = {"/bin/sh", "-c", std::move(script)};
  return command;
}

class ChildTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(folder_.has_value()); }
  std::string output_of(Command command) {
    command.output_path = folder_->path() / "output";
    auto child = Child::spawn(command);
    EXPECT_TRUE(child.has_value());
    EXPECT_EQ(child->wait(signals_, 20s).value_or(-1), 0);
    return read_file(command.output_path);
  }
  Result<TempDir> folder_ = TempDir::make();
  Signals signals_;
};

TEST_F(ChildTest, GivesTheExitCode) {
  EXPECT_EQ(Child::spawn(shell("exit 7"))->wait(signals_, 20s).value_or(-1), 7);
}

TEST_F(ChildTest, GivesTheSignalThatEndedIt) {
  EXPECT_EQ(Child::spawn(shell("kill -KILL $$"))->wait(signals_, 20s).value_or(-1), 128 + SIGKILL);
}

TEST_F(ChildTest, SaysWhyAProgramCannotRun) {
  Command command;
  command.argv = {"/no/such/program"};
  const auto child = Child::spawn(command);
  ASSERT_FALSE(child.has_value());
  EXPECT_EQ(child.error().message, "cannot run /no/such/program: No such file or directory");
}

TEST_F(ChildTest, HidesLibpqVariables) {
  setenv("PGHOST", "elsewhere", 1);
  Command command = shell("echo \"[$PGHOST][$PGUSER]\"");
  command.environment = {"PGUSER=me"};
  EXPECT_EQ(output_of(command), "[][me]\n");
  unsetenv("PGHOST");
}

TEST_F(ChildTest, RunsAsTheAccountWithoutOurGroups) {
  const auto account = unprivileged_account();
  ASSERT_TRUE(account.has_value());
  if (!*account) GTEST_SKIP() << "not root: there is nothing to drop";
  Command command = shell("id -un; id -G");
  command.account = *account;
  EXPECT_EQ(output_of(command), (*account)->name + "\n" + std::to_string((*account)->gid) + "\n");
}

TEST_F(ChildTest, StopsAtTheDeadline) {
  auto child = Child::spawn(shell("exec cat /dev/zero > /dev/null"));
  EXPECT_FALSE(child->wait(signals_, 10ms).has_value());
  EXPECT_EQ(child->stop(), 128 + SIGTERM);
}

TEST_F(ChildTest, WaitsNoLongerWhenAskedToStop) {
  auto child = Child::spawn(shell("exec cat /dev/zero > /dev/null"));
  raise(SIGINT);
  const auto code = child->wait(signals_, 60s);
  ASSERT_FALSE(code.has_value());
  EXPECT_TRUE(code.error().stopped);
}

}  // namespace
}  // namespace gateway::demo
