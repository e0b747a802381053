// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/poll.h"

#include <uv.h>

#include "gateway/net/handle.h"
#include "gateway/net/loop.h"

namespace gateway::net {

struct Poll::State {
  uv_poll_t handle;
  Callback callback;
  Interest watched = Interest::None;

  void fire(int status, int events) noexcept {
    if (status < 0) {
      watched = Interest::None;  // libuv has stopped the handle
      callback(Interest::ReadWrite);
      return;
    }
    Interest ready = Interest::None;
    if ((events & UV_READABLE) != 0) ready = ready | Interest::Read;
    if ((events & UV_WRITABLE) != 0) ready = ready | Interest::Write;
    callback(ready);
  }
};

Poll::Poll(Loop& loop, int fd, Callback callback)
    : state_(new State{.handle = {}, .callback = std::move(callback)}) {
  require_ok(uv_poll_init(loop.raw(), &state_->handle, fd), "uv_poll_init");
  state_->handle.data = state_;
}

Poll::~Poll() { close_handle(state_); }

void Poll::watch(Interest interest) {
  if (interest == state_->watched || uv_is_closing(as_handle(state_)) != 0) return;
  int events = 0;
  if (includes(interest, Interest::Read)) events |= UV_READABLE;
  if (includes(interest, Interest::Write)) events |= UV_WRITABLE;
  require_ok(uv_poll_start(&state_->handle, events,
                           [](uv_poll_t* poll, int status, int ready) noexcept {
                             static_cast<State*>(poll->data)->fire(status, ready);
                           }),
             "uv_poll_start");
  state_->watched = interest;
}

Interest Poll::watched() const { return state_->watched; }

}  // namespace gateway::net
