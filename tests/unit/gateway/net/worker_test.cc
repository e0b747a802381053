// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/loop_runner.h"

namespace gateway::net {
namespace {

using tests::LoopRunner;

TEST(Worker, WorksOnItsOwnThreadAndIsDoneOnTheLoop) {
  LoopRunner runner;
  Worker worker(runner.loop);
  std::thread::id worked, finished;
  worker.submit([&] { worked = std::this_thread::get_id(); },
                [&] { finished = std::this_thread::get_id(); });
  ASSERT_TRUE(runner.run_until([&] { return finished != std::thread::id(); }));
  EXPECT_EQ(finished, std::this_thread::get_id());
  EXPECT_NE(worked, finished);
  EXPECT_NE(worked, std::thread::id());
}

TEST(Worker, KeepsTheOrderOfItsJobs) {
  LoopRunner runner;
  Worker worker(runner.loop);
  std::string worked, finished;
  for (char each = 'a'; each <= 'j'; ++each) {
    worker.submit([&worked, each] { worked += each; }, [&finished, each] { finished += each; });
  }
  ASSERT_TRUE(runner.run_until([&] { return finished.size() == 10; }));
  EXPECT_EQ(worked, "abcdefghij");
  EXPECT_EQ(finished, "abcdefghij");
}

TEST(Worker, IsDoneBeforeTheNextWaitOfTheLoop) {
  LoopRunner runner;
  Worker worker(runner.loop);
  int rounds = 0;
  worker.submit([] {}, [&] { worker.submit([] {}, [&] { ++rounds; }); });
  EXPECT_TRUE(runner.run_until([&] { return rounds == 1; }));
}

TEST(Worker, KeepsTheLoopAliveWhileAJobIsOpen) {
  Loop loop;
  Worker worker(loop);
  bool is_done = false;
  worker.submit([] {}, [&] { is_done = true; });
  loop.run();
  EXPECT_TRUE(is_done);
}

TEST(Worker, KeepsNoLoopAliveWithoutJobs) {
  Loop loop;
  const Worker worker(loop);
  loop.run();
}

TEST(Worker, WaitsForTheRunningJobAndDropsTheRestWhenDestroyed) {
  LoopRunner runner;
  std::binary_semaphore started(0);
  std::atomic<bool> may_end = false;
  int worked = 0, finished = 0;
  {
    Worker worker(runner.loop);
    worker.submit(
        [&] {
          started.release();
          while (!may_end) std::this_thread::yield();
          ++worked;
        },
        [&] { ++finished; });
    for (int i = 0; i < 3; ++i) worker.submit([&] { ++worked; }, [&] { ++finished; });
    started.acquire();
    may_end = true;
  }
  runner.run_iterations(3);
  // The one that ran; more only where they ended before the destructor began.
  EXPECT_GE(worked, 1);
  EXPECT_EQ(finished, 0);
}

TEST(Worker, CallsNoDoneOfAJobThatEndedBeforeItWasDestroyed) {
  LoopRunner runner;
  std::binary_semaphore ended(0);
  bool is_done = false;
  {
    Worker worker(runner.loop);
    worker.submit([] {}, [&] { is_done = true; });
    worker.submit([&] { ended.release(); }, [&] { is_done = true; });
    ended.acquire();
  }
  runner.run_iterations(3);
  EXPECT_FALSE(is_done);
}

TEST(Worker, MayBeDestroyedByADone) {
  LoopRunner runner;
  auto worker = std::make_unique<Worker>(runner.loop);
  std::string finished;
  worker->submit([] {},
                 [&] {
                   finished += "a";
                   worker.reset();
                 });
  worker->submit([] {}, [&] { finished += "b"; });
  ASSERT_TRUE(runner.run_until([&] { return worker == nullptr; }));
  runner.run_iterations(3);
  EXPECT_EQ(finished, "a");
}

TEST(Worker, DestroysWhatJobsHoldOnTheThreadOfTheLoop) {
  struct Witness {
    explicit Witness(std::vector<std::thread::id>& all) : seen(all) {}
    ~Witness() { seen.push_back(std::this_thread::get_id()); }
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
    std::vector<std::thread::id>& seen;
  };
  LoopRunner runner;
  std::vector<std::thread::id> seen;
  {
    Worker worker(runner.loop);
    bool is_done = false;
    worker.submit([held = std::make_unique<Witness>(seen)] {}, [&] { is_done = true; });
    ASSERT_TRUE(runner.run_until([&] { return is_done; }));
    worker.submit([held = std::make_unique<Witness>(seen)] {}, [] {});
  }
  EXPECT_EQ(seen, std::vector(2, std::this_thread::get_id()));
}

}  // namespace
}  // namespace gateway::net
