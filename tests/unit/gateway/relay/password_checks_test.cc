// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/password_checks.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/loop_runner.h"

namespace gateway::relay {
namespace {

TEST(PasswordChecks, TellEachWhetherItsPasswordIsRight) {
  tests::LoopRunner runner;
  std::map<std::uint64_t, PasswordChecks::Outcome> told;
  PasswordChecks checks(
      runner.loop, [](std::uint64_t id) { return id != 3; },
      [&](std::uint64_t id, PasswordChecks::Outcome outcome) { told[id] = outcome; });
  const auto verifier = auth::derive_verifier("pencil", "salt of 16 bytes", 4096);
  checks.join(1, {"pencil", verifier});
  checks.join(3, {"pencil", verifier});  // has gone
  checks.join(2, {"wrong", verifier});
  EXPECT_TRUE(told.empty()) << "never at once: it takes long";
  ASSERT_TRUE(runner.run_until([&] { return told.size() == 2; }));
  EXPECT_EQ(told[1], PasswordChecks::Outcome::Right);
  EXPECT_EQ(told[2], PasswordChecks::Outcome::Wrong);
  EXPECT_FALSE(told.contains(3));
}

}  // namespace
}  // namespace gateway::relay
