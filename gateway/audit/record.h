// SPDX-License-Identifier: Apache-2.0
// What is written down about a statement or session: one JSON object a line (docs/audit.md).
// Plain values and a formatter; knows no file, clock or loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gateway::audit {

enum class Event : std::uint8_t {
  SessionStarted,
  SessionEnded,
  AuthenticationFailed,
  QueryAllowed,   // decision, before the statement's bytes leave
  QueryDenied,    // decision; nothing leaves
  QueryExecuted,  // the end of an allowed one: it succeeded
  QueryFailed,    // the end of an allowed one: the server refused it, or it never ran
  ConfigReloaded,
  DenialChanged,  // by an operator, at run time
};
inline constexpr std::size_t kEventCount = static_cast<std::size_t>(Event::DenialChanged) + 1;

struct Violation {
  std::string_view check, resource, rule;
};

enum class CheckStatus : std::uint8_t { Skipped, Passed, Warned, Denied };

struct PolicyChecks {
  CheckStatus statement = CheckStatus::Passed;
  CheckStatus schema_access = CheckStatus::Skipped, table_access = CheckStatus::Skipped;
  CheckStatus column_access = CheckStatus::Skipped, function_access = CheckStatus::Skipped;
  CheckStatus explain_check = CheckStatus::Skipped;
};

inline constexpr std::size_t kObjectsMax = 100;
inline constexpr std::size_t kObjectColumnsMax = 100;  // of one object
inline constexpr std::size_t kFunctionsMax = 100;

// A relation in one of its uses. Views borrowed as the record's other ones.
struct Object {
  enum class Access : std::uint8_t { Read, Write };
  std::string_view schema{}, relation{};
  std::span<const std::string_view> columns{};  // empty: none in particular; "*": the whole row
  Access access = Access::Read;
  bool truncated = false;  // it has more columns
};

// Constant over a session; formatted once (see format_session) and copied into its decision
// records.
struct SessionFacts {
  std::string_view session_id{};
  std::string_view database{}, user{}, auth_method{};
  std::string_view client_ip{};
  std::uint16_t client_port = 0;
  std::string_view application{};
};

// A decision record (QueryAllowed, QueryDenied).
struct Decision {
  Event event = Event::QueryAllowed;
  std::uint64_t request_id = 0;
  std::string_view sql{};  // the client's own text of this statement, valid UTF-8 or escaped
  std::string_view statement_class{};
  std::uint64_t fingerprint = 0;
  std::string_view rewritten_sql{};  // what the server gets instead; empty: the same
  std::span<const Object> objects{};
  bool objects_truncated = false;            // there are more
  std::span<const std::string> functions{};  // signatures of those that are not built in
  bool functions_truncated = false;
  PolicyChecks checks{};
  std::span<const Violation> violations{};         // of an allowed one: what was only warned of
  std::string_view error_code{}, error_message{};  // of the refusal; empty when allowed
  std::string_view sqlstate{}, error_detail{};  // of the server's error that is the reason for it
  std::uint64_t policy_epoch = 0;
};

enum class EndStatus : std::uint8_t {
  Ok,
  Error,         // the server answered with an error
  Skipped,       // an earlier error in the same unit kept it from running
  Prepared,      // parsed only; never executed in its unit
  Suspended,     // PortalSuspended: a row limit was reached
  Cancelled,     // error 57014
  Disconnected,  // client or server went away first
};

// An end record (QueryExecuted, QueryFailed).
struct End {
  std::uint64_t request_id = 0;
  EndStatus status = EndStatus::Ok;
  std::int64_t rows = -1;  // -1: not known
  std::chrono::microseconds elapsed{0};
  // Of the server's error, as it said them: what the client is told may be less.
  std::string_view sqlstate{}, error_message{}, error_detail{};
  // Where the gateway ended it: the error is its own.
  std::string_view error_code{};
  bool truncated = false;  // the client got the first `rows` of its rows only
};

// What an operator denied or allowed again; what a DenialChanged has in place of a session.
struct DenialFacts {
  std::string_view target{};  // USER 'ann'
  std::string_view reason{};
  std::uint64_t seconds = 0;  // how long it lasts; 0: until it is lifted
  std::uint32_t uid = 0;      // of who asked
};

// SessionStarted, SessionEnded, AuthenticationFailed, ConfigReloaded, DenialChanged.
struct Occurrence {
  Event event = Event::SessionStarted;
  std::string_view status{};  // "ok" or an error code
  std::string_view detail{};  // a sentence, or empty
};

}  // namespace gateway::audit
