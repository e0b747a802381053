// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/worker.h"

#include <uv.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/net/handle.h"
#include "gateway/net/loop.h"

namespace gateway::net {

struct Worker::State {
  struct Job {
    std::move_only_function<void()> work;
    std::move_only_function<void()> done;
  };

  Loop* loop;
  uv_async_t handle{};
  std::size_t open_count = 0;  // submitted, and `done` not called yet; the loop's
  bool is_closed = false;      // the loop's

  std::mutex mutex;  // of the following three
  std::deque<Job> queued, finished;
  bool is_ending = false;
  std::condition_variable changed;
  std::thread thread;

  void run() noexcept {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return is_ending || !queued.empty(); });
      if (is_ending) return;
      Job job = std::move(queued.front());
      queued.pop_front();
      lock.unlock();
      job.work();
      lock.lock();
      finished.push_back(std::move(job));
      uv_async_send(&handle);
    }
  }

  // A `done` may destroy the Worker: this object then lives until libuv has closed its handle.
  void finish() noexcept {
    loop->wake();
    std::deque<Job> ready;
    {
      const std::scoped_lock lock(mutex);
      ready.swap(finished);
    }
    for (Job& job : ready) {
      if (--open_count == 0) uv_unref(as_handle(this));
      job.done();
      if (is_closed) return;
    }
  }

  void close() noexcept {
    is_closed = true;
    {
      const std::scoped_lock lock(mutex);
      is_ending = true;
    }
    changed.notify_one();
    thread.join();
    queued.clear();
    finished.clear();
    close_handle(this);
  }
};

void Worker::Closer::operator()(State* state) const noexcept { state->close(); }

Worker::Worker(Loop& loop) : state_(new State{.loop = &loop}) {
  State* state = state_.get();
  require_ok(uv_async_init(
                 loop.raw(), &state->handle,
                 [](uv_async_t* handle) noexcept { static_cast<State*>(handle->data)->finish(); }),
             "uv_async_init");
  state->handle.data = state;
  uv_unref(as_handle(state));
  state->thread = std::thread([state] { state->run(); });
}

Worker::~Worker() = default;

void Worker::submit(std::move_only_function<void()> work, std::move_only_function<void()> done) {
  if (++state_->open_count == 1) uv_ref(as_handle(state_.get()));
  {
    const std::scoped_lock lock(state_->mutex);
    state_->queued.push_back({.work = std::move(work), .done = std::move(done)});
  }
  state_->changed.notify_one();
}

}  // namespace gateway::net
