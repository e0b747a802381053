// SPDX-License-Identifier: Apache-2.0
// Why a step of the demo could not be done: one sentence for the terminal.
#pragma once

#include <cerrno>
#include <cstring>
#include <expected>
#include <string>

namespace gateway::demo {

struct Failure {
  std::string message;
  bool stopped = false;  // the user asked to stop: not worth a complaint
};

template <typename T>
using Result = std::expected<T, Failure>;

inline std::unexpected<Failure> fail(std::string message) {
  return std::unexpected(Failure{std::move(message)});
}

// `what` and the system's reason, from errno.
inline std::unexpected<Failure> fail_errno(const std::string& what) {
  return fail(what + ": " + std::strerror(errno));
}

}  // namespace gateway::demo
