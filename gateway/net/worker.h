// SPDX-License-Identifier: Apache-2.0
// One thread of its own, for work that takes long or blocks: it never waits for libuv's pool, where
// name look-ups are, nor do they wait for it.
#pragma once

#include <functional>
#include <memory>

namespace gateway::net {

class Loop;

class Worker {
 public:
  explicit Worker(Loop& loop);  // `loop` outlives it
  // Lets the job that runs end, and waits for it; what is queued is dropped. No `done` is called
  // after it. Jobs that may take long need a flag of the caller's, raised before. May be called
  // from a `done`; then the rest of them are dropped, too.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs `work` on the thread, then `done` on the loop, both in the order of the calls. From the
  // loop's thread only. Neither may throw. What both capture is destroyed on the loop's thread.
  // Keeps the loop alive while a job is open. The queue has no limit: how many jobs may be open is
  // the caller's business.
  void submit(std::move_only_function<void()> work, std::move_only_function<void()> done);

 private:
  struct State;
  struct Closer {
    void operator()(State*) const noexcept;
  };
  std::unique_ptr<State, Closer> state_;
};

}  // namespace gateway::net
