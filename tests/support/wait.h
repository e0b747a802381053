// SPDX-License-Identifier: Apache-2.0
// Waiting for another process: the only sleep of the tests. What runs on a loop of ours is waited
// for with loop_runner.h.
#pragma once

#include <chrono>
#include <concepts>
#include <thread>

namespace tests {

constexpr std::chrono::milliseconds kBetweenLooks{20};

// True as soon as `condition` holds; false when it did not in time.
bool wait_until(std::predicate auto condition, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

}  // namespace tests
