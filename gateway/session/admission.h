// SPDX-License-Identifier: Apache-2.0
// What a session asks before a judged statement starts: has an operator denied it, has its user
// done enough for now? Knows no counter, user or clock; gateway/relay answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "gateway/session/recorder.h"
#include "policy/judge.h"

namespace gateway::session {

class Admission {
 public:
  virtual ~Admission() = default;

  // Why the client, or a statement of this shape, may run nothing now. Nothing: it may. Asked of
  // every statement.
  virtual std::optional<policy::Violation> denial(std::uint64_t fingerprint) = 0;

  // What wants to start, all of one message, under the limits of `profile`.
  struct Start {
    const policy::Profile& profile;
    std::size_t statements = 1;
    TimePoint now{};
  };
  // Counts them, and the session as one that runs something until stop(). Else why they may not
  // start: nothing is counted then.
  virtual std::optional<policy::Violation> start(const Start& start) = 0;
  // Everything that was started has ended, whatever way.
  virtual void stop() = 0;
};

}  // namespace gateway::session
