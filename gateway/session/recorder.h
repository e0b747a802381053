// SPDX-License-Identifier: Apache-2.0
// What a session tells about its statements as it goes: the decision on each, before its bytes are
// handed out, and later its end. Views are borrowed: until the call returns.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "policy/error_code.h"
#include "policy/facts.h"
#include "policy/judge.h"

namespace gateway::session {

using TimePoint = std::chrono::steady_clock::time_point;

enum class Outcome : std::uint8_t {
  Ok,
  Error,         // the server answered with an error
  Skipped,       // an earlier error in its unit kept it from running
  Prepared,      // parsed, and not executed in its unit
  Suspended,     // the row limit of its Execute was reached
  Cancelled,     // error 57014
  Disconnected,  // client or server went away first
};

// What the plan gate found of an allowed statement.
enum class PlanCheck : std::uint8_t {
  Skipped,  // the gate is off, or the plan is asked for when its values are known
  Passed,   // bounded by its facts, or by its plan
  Warned,   // over a limit that only warns
};

// What the server said of a statement that failed.
struct ServerError {
  std::string_view sqlstate, message, detail;
  std::optional<policy::ErrorCode> error_code{};  // where the gateway ended it, not the server
};

struct Decision {
  std::uint64_t request_id = 0;
  std::string_view sql;  // the client's text of this statement
  std::string_view statement_class;
  std::uint64_t fingerprint = 0;
  std::uint64_t policy_epoch = 0;
  std::string_view error_code;  // empty: allowed
  std::string_view error_message;
  ServerError server_error{};  // of a refusal: why the server could not plan the statement
  std::span<const policy::Violation> violations;  // of an allowed one: what was only warned of
  std::string_view rewritten_sql{};               // what the server gets instead; empty: the same
  // What it reads and writes; null where that is not known.
  const policy::Facts* facts = nullptr;
  const policy::catalog::Snapshot* snapshot = nullptr;  // of the facts
  PlanCheck plan = PlanCheck::Skipped;
  bool allowed() const { return error_code.empty(); }
};

struct End {
  std::uint64_t request_id = 0;
  Outcome outcome = Outcome::Ok;
  std::int64_t rows = -1;
  std::chrono::microseconds elapsed{0};
  ServerError error{};     // empty: none
  bool truncated = false;  // only the first `rows` of its rows went to the client
};

class Recorder {
 public:
  virtual ~Recorder() = default;
  // For a setting that it asked for; before the session ends.
  virtual void on_login_refused(const policy::Violation& /*violation*/) {}
  virtual void on_decision(const Decision& decision) = 0;
  virtual void on_end(const End& end) = 0;
  // Around the judging of a text that was not judged before.
  virtual void on_judging() {}
  virtual void on_judged() {}
  // The server has answered what was asked of it about a plan.
  virtual void on_planned(std::chrono::nanoseconds /*elapsed*/) {}
};

}  // namespace gateway::session
