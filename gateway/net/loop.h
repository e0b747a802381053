// SPDX-License-Identifier: Apache-2.0
// The event loop: libuv wrapped once. Knows no protocol. One loop belongs to one thread; nothing
// here is thread-safe except where said.
#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct uv_loop_s;

namespace gateway::net {

class Loop {
 public:
  Loop();
  ~Loop();  // closes what is left and runs the loop until every close callback has been called
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();   // until stop() or until nothing keeps it alive
  void stop();  // from the loop's own thread

  // Called once an iteration, after all I/O callbacks and before the loop waits again: here the
  // audit batch is written, then the writes that waited for it, then what asked to die is reaped.
  void on_check(std::move_only_function<void()> callback);

  // Runs `callback` in the check phase of this or the next iteration even when no I/O wakes the
  // loop.
  void wake();

  // Milliseconds resolution, monotonic, cached at the start of the iteration.
  std::chrono::steady_clock::time_point now() const;

  // Shared by every stream of this loop; valid until the next read callback. 64 KiB.
  std::span<char> read_buffer();

  uv_loop_s* raw() { return loop_; }  // for net/ only

 private:
  struct State;
  std::unique_ptr<State> state_;
  uv_loop_s* loop_;
};

// One-shot or repeating. Stopped and closed by its destructor. Does not keep the loop alive.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;
  void start(std::chrono::milliseconds after, std::move_only_function<void()> callback);
  void repeat(std::chrono::milliseconds every, std::move_only_function<void()> callback);
  void stop();
  bool active() const;

 private:
  struct State;
  struct Closer {
    void operator()(State*) const noexcept;
  };
  std::unique_ptr<State, Closer> state_;
};

class Signal {
 public:
  Signal(Loop& loop, int signum, std::move_only_function<void()> callback);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

 private:
  struct State;
  State* state_;
};

// Runs `work` on libuv's thread pool and `done` on the loop after it. `done` is called even when
// the loop is closing. Neither may throw.
void run_off_loop(Loop& loop, std::move_only_function<void()> work,
                  std::move_only_function<void()> done);

// Resolves a host name off the loop. Numeric addresses come back as they are; `error` is empty on
// success. Cancelled (callback never called) when the returned object is destroyed.
class Resolution {
 public:
  Resolution(
      Loop& loop, const std::string& host,
      std::move_only_function<void(std::vector<std::string> addresses, std::string error)> done);
  ~Resolution();
  Resolution(const Resolution&) = delete;
  Resolution& operator=(const Resolution&) = delete;

 private:
  struct State;
  State* state_;
};

struct Resolved {
  std::vector<std::string> addresses;
  std::string error;
};
// The same for a thread that may block.
Resolved resolve_now(const std::string& host);

}  // namespace gateway::net
