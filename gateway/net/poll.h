// SPDX-License-Identifier: Apache-2.0
// Readiness of one file descriptor that somebody else owns. Level-triggered: it fires again while
// the condition holds. Destroy it before the descriptor is closed, and before another Poll for the
// same one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace gateway::net {

class Loop;

enum class Interest : std::uint8_t { None = 0, Read = 1, Write = 2, ReadWrite = 3 };

constexpr Interest operator|(Interest a, Interest b) {
  return static_cast<Interest>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool includes(Interest set, Interest item) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(item)) != 0;
}

class Poll {
 public:
  // `ready` says what is possible. After a socket error it is ReadWrite: the next call on the
  // descriptor tells the error.
  using Callback = std::move_only_function<void(Interest ready)>;

  Poll(Loop& loop, int fd, Callback callback);  // watches nothing yet; makes `fd` non-blocking
  ~Poll();
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  void watch(Interest interest);  // costs system calls only when it changes
  Interest watched() const;

 private:
  struct State;
  State* state_;
};

}  // namespace gateway::net
