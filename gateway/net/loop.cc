// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/loop.h"

#include <uv.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <deque>

#include "gateway/net/handle.h"

namespace gateway::net {
namespace {

constexpr std::size_t kReadBufferBytes = 64 * 1024;
// libuv's own default is 4; name look-ups and off-loop judging share the threads.
constexpr const char* kThreadPoolSize = "8";

void prepare_process() {
  ::setenv("UV_THREADPOOL_SIZE", kThreadPoolSize, /*overwrite=*/0);
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's socket BIO writes without MSG_NOSIGNAL
}

void close_if_open(uv_handle_t* handle, void*) noexcept {
  if (uv_is_closing(handle) == 0) uv_close(handle, nullptr);
}

}  // namespace

struct Loop::State {
  uv_loop_t loop;
  uv_check_t check;
  uv_idle_t waker;  // active: the loop does not wait in this iteration
  std::deque<std::move_only_function<void()>> callbacks;  // stable while one of them adds another
  std::array<char, kReadBufferBytes> read_buffer;

  void on_check() noexcept {
    uv_idle_stop(&waker);  // before the callbacks, so that they can wake() the next iteration
    for (std::size_t i = 0; i < callbacks.size(); ++i) callbacks[i]();
  }
};

Loop::Loop() : state_(std::make_unique<State>()), loop_(&state_->loop) {
  prepare_process();
  require_ok(uv_loop_init(loop_), "uv_loop_init");
  uv_check_init(loop_, &state_->check);
  state_->check.data = state_.get();
  uv_check_start(&state_->check, [](uv_check_t* handle) noexcept {
    static_cast<State*>(handle->data)->on_check();
  });
  uv_unref(reinterpret_cast<uv_handle_t*>(&state_->check));
  uv_idle_init(loop_, &state_->waker);
}

Loop::~Loop() {
  // Off-loop work still calls `done`; what that opens is closed by the next round.
  state_->callbacks.clear();
  do {
    uv_walk(loop_, close_if_open, nullptr);
    uv_run(loop_, UV_RUN_DEFAULT);
  } while (uv_loop_close(loop_) == UV_EBUSY);
}

void Loop::run() { uv_run(loop_, UV_RUN_DEFAULT); }

void Loop::stop() { uv_stop(loop_); }

void Loop::on_check(std::move_only_function<void()> callback) {
  state_->callbacks.push_back(std::move(callback));
}

void Loop::wake() {
  if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&state_->waker)) != 0) return;
  uv_idle_start(&state_->waker, [](uv_idle_t*) noexcept {});
}

std::chrono::steady_clock::time_point Loop::now() const {
  return std::chrono::steady_clock::time_point(std::chrono::milliseconds(uv_now(loop_)));
}

std::span<char> Loop::read_buffer() { return state_->read_buffer; }

}  // namespace gateway::net
