// SPDX-License-Identifier: Apache-2.0
// Turns records into lines (docs/audit.md). Knows the format, and no file, clock or loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/audit/digest.h"
#include "gateway/audit/record.h"
#include "gateway/audit/timestamp.h"

namespace gateway::audit {

enum class Redaction : std::uint8_t { Off, On };

// What every record has besides its own content.
struct Stamp {
  std::chrono::microseconds time;  // since the Unix epoch
  std::uint64_t sequence;
};

// The members of SessionFacts as JSON text without braces; session_id comes first.
std::string format_session_members(const SessionFacts& facts);
std::string format_denial_members(const DenialFacts& facts);

std::string_view name(Event event);  // as in event_type
std::string_view name(CheckStatus status);
std::string_view name(EndStatus status);
Event event_of(EndStatus status);  // QueryExecuted or QueryFailed

// Of a server's message or detail.
inline constexpr std::size_t kServerTextMax = 4096;

// Each append adds one line with its newline. `session` is from format_session_members, or empty.
class RecordFormat {
 public:
  RecordFormat(Redaction redaction, Digest digest);
  void append(std::string& out, const Stamp& stamp, std::string_view session,
              const Decision& decision);
  void append(std::string& out, const Stamp& stamp, std::string_view session, const End& end);
  void append(std::string& out, const Stamp& stamp, std::string_view session,
              const Occurrence& occurrence);

 private:
  void append_head(std::string& out, const Stamp& stamp, Event event);
  void append_server_text(std::string& out, std::string_view key, std::string_view text);
  void append_rewritten(std::string& out, std::string_view sql);
  void append_query(std::string& out, const Decision& decision, std::string_view sql);

  Redaction redaction_;
  Digest digest_;
  TimestampFormat timestamp_;
};

}  // namespace gateway::audit
