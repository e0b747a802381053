// SPDX-License-Identifier: Apache-2.0
// One call, later, from the loop: for what must not be told from inside the call that caused it.
// Keeps the loop alive while armed. Allocates on first use.
#pragma once

#include <functional>
#include <memory>

namespace gateway::net {

class Loop;

class Deferred {
 public:
  explicit Deferred(Loop& loop) : loop_(loop) {}
  ~Deferred() = default;  // an armed call never happens
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

  // Calls `callback` once in the next iteration, before its check phase. Armed again, the newer
  // callback replaces the older one. The callback may destroy this object.
  void arm(std::move_only_function<void()> callback);
  bool armed() const;

 private:
  struct State;
  struct Closer {
    void operator()(State*) const noexcept;
  };
  Loop& loop_;
  std::unique_ptr<State, Closer> state_;
};

}  // namespace gateway::net
