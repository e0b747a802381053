// SPDX-License-Identifier: Apache-2.0
// The plan gate's state for the message that is next: what the server is being asked about it, and
// what it has answered so far. Knows no queue and no policy.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session/plan_cache.h"
#include "gateway/session/recorder.h"
#include "policy/rewrite/positions.h"

namespace gateway::session {

// Of one message: each of its statements that needs a plan is asked for by itself.
inline constexpr std::size_t kPlansPerMessageMax = 100;
// Of statements that execute one another by name.
inline constexpr std::size_t kExecutedDepthMax = 4;
// Of a Bind whose values the planner is to see.
inline constexpr std::size_t kPlannedBindBytesMax = 1u << 20;

// A statement that only its plan can bound. Borrowed from verdicts and names, for one call.
struct PlanNeed {
  std::size_t part = 0;                              // which statement of its message
  const policy::StatementVerdict* judged = nullptr;  // whose facts the plan is held against
  std::string_view text{};                           // that is asked for
  std::string executed{};    // of an EXECUTE: what it runs, and through what, for the key
  bool is_immutable = true;  // its plan depends on nothing that the key lacks
  std::span<const std::uint32_t> parameter_types{};
  std::string_view values{};    // as a Bind has them, formats in front
  std::string_view obstacle{};  // why it cannot be asked for; empty: it can
};

// What is asked of the server now.
struct PlanQuestion {
  enum class Stage : std::uint8_t { Asked, Answered, Failed };
  enum class Interruption : std::uint8_t { None, Timeout, Client };

  std::string key;
  Stage stage = Stage::Asked;
  Interruption interruption = Interruption::None;
  std::uint64_t last_seq = 0;  // of the queue's entry that ends it
  std::string rows;            // DataRow messages, as they came
  std::string error;           // Failed: an ErrorResponse, as the client may see it
  std::string error_sqlstate;  // … of what the server said
  std::string error_text;      // … its message
  std::chrono::milliseconds timeout{0};
  TimePoint asked_at{};
  std::optional<TimePoint> running_since;  // not while earlier messages run
  // The probe as what the client's text became: its positions are told in the client's text.
  std::shared_ptr<const policy::Rewritten> placed;
  std::string portal, prepared;  // the client's names, where an error has ours
  // What is asked about, for a refusal once its message is gone.
  std::string sql;
  std::shared_ptr<const policy::Verdict> verdict;  // keeps the next
  const policy::StatementVerdict* statement = nullptr;

  // Borrowed from it.
  ServerError server_error() const {
    return {.sqlstate = error_sqlstate, .message = error_text, .detail = {}};
  }
};

// Of the message that is next, by what was asked.
struct PlanFound {
  std::string key;
  PlanRef plan;
};

// The document in `rows`; empty where they are not such rows.
std::string plan_document(std::string_view rows);

}  // namespace gateway::session
