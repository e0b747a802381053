// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "tests/support/loop_runner.h"

namespace gateway::net {
namespace {

struct Answer {
  std::vector<std::string> addresses;
  std::string error;
};

Answer resolve(const std::string& host) {
  tests::LoopRunner runner;
  std::optional<Answer> answer;
  Resolution resolution(runner.loop, host, [&](std::vector<std::string> found, std::string error) {
    answer = Answer{std::move(found), std::move(error)};
  });
  EXPECT_FALSE(answer.has_value()) << "called from inside the constructor";
  EXPECT_TRUE(runner.run_until([&] { return answer.has_value(); }));
  return answer.value_or(Answer{});
}

TEST(Resolution, LeavesNumericAddressesAsTheyAre) {
  for (const std::string host : {"127.0.0.1", "::1", "0:0::1", "10.1.2.3"}) {
    const Answer answer = resolve(host);
    EXPECT_EQ(answer.addresses, std::vector<std::string>{host});
    EXPECT_EQ(answer.error, "");
  }
}

TEST(Resolution, FindsLocalhost) {
  const Answer answer = resolve("localhost");
  EXPECT_EQ(answer.error, "");
  EXPECT_TRUE(std::ranges::any_of(answer.addresses, [](const std::string& address) {
    return address == "127.0.0.1" || address == "::1";
  }));
}

TEST(Resolution, SaysWhyANameHasNoAddress) {
  for (const std::string& host : {std::string("no-such-host.invalid"), std::string(5000, 'a')}) {
    const Answer answer = resolve(host);
    EXPECT_TRUE(answer.addresses.empty());
    EXPECT_NE(answer.error, "");
  }
}

TEST(Resolution, NeverAnswersAfterItIsDestroyed) {
  tests::LoopRunner runner;
  bool answered = false;
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    Resolution resolution(runner.loop, host,
                          [&](std::vector<std::string>, std::string) { answered = true; });
  }
  runner.run_iterations(5);
  EXPECT_FALSE(answered);
}

TEST(Resolution, MayBeDestroyedByItsAnswer) {
  tests::LoopRunner runner;
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    std::unique_ptr<Resolution> resolution;
    bool answered = false;
    resolution =
        std::make_unique<Resolution>(runner.loop, host, [&](std::vector<std::string>, std::string) {
          resolution.reset();
          answered = true;
        });
    EXPECT_TRUE(runner.run_until([&] { return answered; }));
  }
}

}  // namespace
}  // namespace gateway::net
