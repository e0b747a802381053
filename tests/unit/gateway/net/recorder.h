// SPDX-License-Identifier: Apache-2.0
// Stream events kept for assertions, and socket pairs.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "gateway/net/stream.h"

namespace gateway::net {

struct Recorder final : StreamEvents {
  void on_read(std::string_view bytes) noexcept override {
    received += bytes;
    ++reads;
    if (after_read) after_read();
  }
  void on_writable() noexcept override {
    ++writables;
    if (after_writable) after_writable();
  }
  bool on_input_end() noexcept override {
    ++input_ends;
    return goes_on_after_input;
  }
  void on_end(StreamEnd end) noexcept override {
    ++ends;
    last_end = end;
    if (after_end) after_end();
  }

  std::string received;
  int reads = 0, writables = 0, ends = 0, input_ends = 0;
  bool goes_on_after_input = false;
  std::optional<StreamEnd> last_end;
  std::function<void()> after_read, after_writable, after_end;
};

inline std::array<int, 2> socket_pair() {
  std::array<int, 2> ends{};
  ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
  return ends;
}

inline std::string read_available(int fd) {
  std::string all;
  std::array<char, 65536> buffer;
  for (ssize_t count; (count = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return all;
}

}  // namespace gateway::net
