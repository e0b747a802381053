// SPDX-License-Identifier: Apache-2.0
#include <uv.h>

#include <algorithm>
#include <utility>

#include "gateway/net/handle.h"
#include "gateway/net/loop.h"

namespace gateway::net {
namespace {

std::uint64_t milliseconds(std::chrono::milliseconds duration) {
  return static_cast<std::uint64_t>(std::max<std::chrono::milliseconds::rep>(duration.count(), 0));
}

}  // namespace

struct Timer::State {
  Loop* loop;
  uv_timer_t handle;
  std::move_only_function<void()> callback;
  std::uint64_t generation = 0;  // moves on at start, repeat and stop

  // The callback may restart, stop or destroy its own timer: it runs from a local, and goes back
  // only if the timer still is the one that fired.
  void fire() noexcept {
    loop->wake();  // timers run before the loop waits: the check phase must follow without waiting
    const std::uint64_t fired = generation;
    auto running = std::move(callback);
    running();
    if (generation == fired && uv_timer_get_repeat(&handle) > 0) callback = std::move(running);
  }

  void arm(std::uint64_t after, std::uint64_t every, std::move_only_function<void()> next) {
    ++generation;
    callback = std::move(next);
    if (uv_is_closing(as_handle(this)) != 0) return;
    uv_update_time(loop->raw());
    uv_timer_start(
        &handle, [](uv_timer_t* timer) noexcept { static_cast<State*>(timer->data)->fire(); },
        after, every);
  }
};

void Timer::Closer::operator()(State* state) const noexcept {
  ++state->generation;
  close_handle(state);
}

Timer::Timer(Loop& loop) : state_(new State{.loop = &loop, .handle = {}, .callback = {}}) {
  uv_timer_init(loop.raw(), &state_->handle);
  state_->handle.data = state_.get();
  uv_unref(as_handle(state_.get()));
}

Timer::~Timer() = default;
Timer::Timer(Timer&&) noexcept = default;
Timer& Timer::operator=(Timer&&) noexcept = default;

void Timer::start(std::chrono::milliseconds after, std::move_only_function<void()> callback) {
  state_->arm(milliseconds(after), 0, std::move(callback));
}

void Timer::repeat(std::chrono::milliseconds every, std::move_only_function<void()> callback) {
  const std::uint64_t period = std::max<std::uint64_t>(milliseconds(every), 1);
  state_->arm(period, period, std::move(callback));
}

void Timer::stop() {
  ++state_->generation;
  uv_timer_stop(&state_->handle);
  state_->callback = nullptr;
}

bool Timer::active() const { return uv_is_active(as_handle(state_.get())) != 0; }

}  // namespace gateway::net
