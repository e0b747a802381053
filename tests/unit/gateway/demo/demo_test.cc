// SPDX-License-Identifier: Apache-2.0
// The supervisor with stand-ins for the gateway: whatever becomes of it, nothing stays behind.
#include "gateway/demo/demo.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "gateway/demo/binaries.h"
#include "gateway/demo/temp_dir.h"

namespace gateway::demo {
namespace {

namespace fs = std::filesystem;

class DemoTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder_.has_value());
    if (!find_binaries(default_places())) GTEST_SKIP() << "PostgreSQL is not installed";
    fs::create_directory(scratch());
    fs::permissions(scratch(), fs::perms::all);
    setenv("TMPDIR", scratch().c_str(), 1);
  }
  void TearDown() override { unsetenv("TMPDIR"); }
  fs::path scratch() const { return folder_->path() / "tmp"; }
  int run_with(const std::string& script) {
    const fs::path program = folder_->path() / "gateway";
    EXPECT_TRUE(write_private_file(program, "#!/bin/sh\n" + script).has_value());
    fs::permissions(program, fs::perms::owner_all);
    DemoOptions options;
    options.check = true;
    options.program = program;
    return run_demo(options);
  }
  Result<TempDir> folder_ = TempDir::make();
};

TEST_F(DemoTest, FailsAndCleansUpWhenTheGatewayEnds) {
  EXPECT_EQ(run_with("exit 3\n"), 1);
  EXPECT_TRUE(fs::is_empty(scratch()));
}

TEST_F(DemoTest, EndsAndCleansUpWhenStopped) {
  const std::string stop_supervisor = "kill -TERM $PPID\nexec cat /dev/zero >/dev/null\n";
  EXPECT_EQ(run_with(stop_supervisor), 1) << "a check that did not finish is not a success";
  EXPECT_TRUE(fs::is_empty(scratch()));
}

TEST_F(DemoTest, CleansUpWhenTheGatewayCannotRun) {
  DemoOptions options;
  options.check = true;
  options.program = "/no/such/gateway";
  EXPECT_EQ(run_demo(options), 1);
  EXPECT_TRUE(fs::is_empty(scratch()));
}

}  // namespace
}  // namespace gateway::demo
