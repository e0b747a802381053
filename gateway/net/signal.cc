// SPDX-License-Identifier: Apache-2.0
#include <uv.h>

#include "gateway/net/handle.h"
#include "gateway/net/loop.h"

namespace gateway::net {

struct Signal::State {
  uv_signal_t handle;
  std::move_only_function<void()> callback;
};

Signal::Signal(Loop& loop, int signum, std::move_only_function<void()> callback)
    : state_(new State{.handle = {}, .callback = std::move(callback)}) {
  require_ok(uv_signal_init(loop.raw(), &state_->handle), "uv_signal_init");
  state_->handle.data = state_;
  require_ok(
      uv_signal_start(
          &state_->handle,
          [](uv_signal_t* signal, int) noexcept { static_cast<State*>(signal->data)->callback(); },
          signum),
      "uv_signal_start");
  uv_unref(as_handle(state_));
}

Signal::~Signal() { close_handle(state_); }

}  // namespace gateway::net
