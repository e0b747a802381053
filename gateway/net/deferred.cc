// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/deferred.h"

#include <uv.h>

#include "gateway/net/handle.h"
#include "gateway/net/loop.h"

namespace gateway::net {

struct Deferred::State {
  Loop* loop;
  uv_idle_t handle;
  std::move_only_function<void()> callback;

  void fire() noexcept {
    uv_idle_stop(&handle);
    loop->wake();  // idle callbacks run before the loop waits
    auto running = std::move(callback);
    running();
  }
};

void Deferred::Closer::operator()(State* state) const noexcept { close_handle(state); }

void Deferred::arm(std::move_only_function<void()> callback) {
  if (!state_) {
    state_.reset(new State{.loop = &loop_, .handle = {}, .callback = {}});
    uv_idle_init(loop_.raw(), &state_->handle);
    state_->handle.data = state_.get();
  }
  state_->callback = std::move(callback);
  if (uv_is_closing(as_handle(state_.get())) != 0) return;
  uv_idle_start(&state_->handle,
                [](uv_idle_t* idle) noexcept { static_cast<State*>(idle->data)->fire(); });
}

bool Deferred::armed() const { return state_ && uv_is_active(as_handle(state_.get())) != 0; }

}  // namespace gateway::net
