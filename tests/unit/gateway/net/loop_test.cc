// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/loop.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "gateway/net/deferred.h"
#include "tests/support/loop_runner.h"

namespace gateway::net {
namespace {

using std::chrono::milliseconds;
using tests::LoopRunner;

TEST(Loop, ReturnsWhenNothingKeepsItAlive) {
  Loop loop;
  Timer timer(loop);
  timer.start(milliseconds(60'000), [] {});
  loop.run();
  EXPECT_TRUE(timer.active());
}

TEST(Loop, CallsCheckCallbacksInOrderOfRegistration) {
  LoopRunner runner;
  std::string order;
  runner.loop.on_check([&] { order += "a"; });
  runner.loop.on_check([&] { order += "b"; });
  runner.run_iterations(3);
  EXPECT_EQ(order.substr(0, 4), "abab");
}

TEST(Loop, ChecksAfterATimerWithoutWaitingForInput) {
  LoopRunner runner;
  Timer timer(runner.loop);
  bool fired = false;
  timer.start(milliseconds(1), [&] { fired = true; });
  EXPECT_TRUE(runner.run_until([&] { return fired; }));
}

TEST(Loop, ChecksAfterWakeFromACheckCallback) {
  LoopRunner runner;
  int checks = 0;
  EXPECT_TRUE(runner.run_until([&] {
    runner.loop.wake();
    return ++checks == 5;
  }));
}

TEST(Loop, CallsDoneOfOffLoopWorkOnTheLoop) {
  LoopRunner runner;
  std::thread::id worked, finished;
  bool is_done = false;
  run_off_loop(
      runner.loop, [&] { worked = std::this_thread::get_id(); },
      [&] {
        finished = std::this_thread::get_id();
        is_done = true;
      });
  ASSERT_TRUE(runner.run_until([&] { return is_done; }));
  EXPECT_EQ(finished, std::this_thread::get_id());
  EXPECT_NE(worked, finished);
}

TEST(Loop, CallsDoneOfOffLoopWorkEvenWhenItCloses) {
  bool is_done = false;
  {
    Loop loop;
    run_off_loop(loop, [] {}, [&] { is_done = true; });
  }
  EXPECT_TRUE(is_done);
}

TEST(Loop, MayBeDestroyedBeforeWhatUsesIt) {
  auto loop = std::make_unique<Loop>();
  Timer timer(*loop);
  timer.start(milliseconds(60'000), [] {});
  Signal signal(*loop, SIGUSR1, [] {});
  loop.reset();
}

TEST(Timer, RepeatsUntilStoppedFromItsOwnCallback) {
  LoopRunner runner;
  Timer timer(runner.loop);
  int count = 0;
  timer.repeat(milliseconds(1), [&] {
    if (++count == 3) timer.stop();
  });
  ASSERT_TRUE(runner.run_until([&] { return count == 3; }));
  EXPECT_FALSE(timer.active());
}

TEST(Timer, RestartsFromItsOwnCallback) {
  LoopRunner runner;
  Timer timer(runner.loop);
  std::string order;
  timer.repeat(milliseconds(1), [&] {
    order += "a";
    timer.start(milliseconds(1), [&] { order += "b"; });
  });
  ASSERT_TRUE(runner.run_until([&] { return order.size() == 2; }));
  EXPECT_EQ(order, "ab");
  EXPECT_FALSE(timer.active());
}

TEST(Timer, MayDestroyItselfInItsCallback) {
  LoopRunner runner;
  auto timer = std::make_unique<Timer>(runner.loop);
  const std::string captured(100, 'x');
  bool intact = false;
  timer->repeat(milliseconds(1), [&, captured] {
    timer.reset();
    intact = captured == std::string(100, 'x');
  });
  EXPECT_TRUE(runner.run_until([&] { return intact; }));
}

TEST(Timer, NeverFiresAfterStop) {
  LoopRunner runner;
  Timer stopped(runner.loop), later(runner.loop);
  bool fired = false, reached = false;
  stopped.start(milliseconds(1), [&] { fired = true; });
  stopped.stop();
  later.start(milliseconds(20), [&] { reached = true; });
  ASSERT_TRUE(runner.run_until([&] { return reached; }));
  EXPECT_FALSE(fired);
}

TEST(Signal, ReachesTheLoop) {
  LoopRunner runner;
  bool seen = false;
  Signal signal(runner.loop, SIGUSR1, [&] { seen = true; });
  ::raise(SIGUSR1);
  EXPECT_TRUE(runner.run_until([&] { return seen; }));
}

TEST(Deferred, RunsOnceAndKeepsTheLoopAlive) {
  Loop loop;
  Deferred deferred(loop);
  int calls = 0;
  deferred.arm([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  loop.run();
  EXPECT_EQ(calls, 1);
}

TEST(Deferred, ArmedAgainByItselfDoesNotStarveTheLoop) {
  LoopRunner runner;
  Deferred deferred(runner.loop);
  int calls = 0;
  std::function<void()> again = [&] {
    ++calls;
    deferred.arm(again);
  };
  deferred.arm(again);
  EXPECT_TRUE(runner.run_until([&] { return calls == 10; }));
}

TEST(Deferred, NeverRunsAfterItIsDestroyed) {
  LoopRunner runner;
  bool called = false;
  {
    Deferred deferred(runner.loop);
    deferred.arm([&] { called = true; });
  }
  runner.run_iterations(3);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace gateway::net
