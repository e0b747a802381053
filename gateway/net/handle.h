// SPDX-License-Identifier: Apache-2.0
// The one rule for freeing what libuv holds: a state that embeds `handle` (with `handle.data`
// pointing at the state) lives until libuv's close callback, longer than the object that wrapped
// it.
#pragma once

#include <uv.h>

#include <cstdio>
#include <cstdlib>

namespace gateway::net {

template <class State>
uv_handle_t* as_handle(State* state) noexcept {
  return reinterpret_cast<uv_handle_t*>(&state->handle);
}

// A handle that is already closing was closed by ~Loop, which has waited for it: nobody else frees
// it.
template <class State>
void close_handle(State* state) noexcept {
  if (uv_is_closing(as_handle(state)) != 0) {
    delete state;
    return;
  }
  uv_close(as_handle(state),
           [](uv_handle_t* closed) noexcept { delete static_cast<State*>(closed->data); });
}

// For libuv calls that fail only when they are misused: the check stays on in release builds.
inline void require_ok(int status, const char* call) noexcept {
  if (status >= 0) return;
  std::fprintf(stderr, "postern: %s failed: %s\n", call, uv_strerror(status));
  std::abort();
}

}  // namespace gateway::net
