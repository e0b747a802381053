// SPDX-License-Identifier: Apache-2.0
// The audit log: records gather in a batch, flush() puts them into the file with one write(2).
// The caller's rule: no byte of a statement leaves before the flush() after its decision succeeded.
// Knows files; knows no loop (the server calls flush() in the loop's check phase).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/audit/chain.h"
#include "gateway/audit/record.h"
#include "gateway/audit/sink.h"

namespace gateway::audit {

enum class Storage : std::uint8_t { File, Stdout };
enum class OnFailure : std::uint8_t { Deny, Continue };

struct LogSettings {
  bool enabled = true;
  Storage storage = Storage::File;
  std::string file_path;
  // Then rotated: file.1 is the newest of max_files (at least 1) old ones. 0: rotated by others
  // only; a file that was renamed or removed is noticed within a second.
  std::uint64_t max_bytes = 100ull << 20;
  unsigned max_files = 10;
  std::chrono::microseconds rotate_every{0};  // RotationSettings::every
  Durability durability = Durability::Write;
  std::string key{};      // of the chain's HMAC; empty: SHA-256 alone
  std::string version{};  // named in the chain's headers
  bool redact_sql = false;
  OnFailure on_failure = OnFailure::Deny;
};

// Time comes in: microseconds since the Unix epoch.
using Clock = std::move_only_function<std::chrono::microseconds()>;

struct LogCounts {
  std::uint64_t records[kEventCount] = {};  // by Event
  std::uint64_t failures = 0;               // writes that failed
  std::uint64_t dropped = 0;  // records that no longer fitted into the batch; seq has a gap
};

// What is kept while writing fails: this much, or one record. A flush() after a record was dropped
// is false with OnFailure::Deny, even if the rest could be written.
inline constexpr std::size_t kBatchBytesMax = 16u << 20;
// What stdout may hold back while nobody reads it.
inline constexpr std::size_t kStdoutBacklogBytesMax = 1u << 20;

class Log {
 public:
  // The error names the path and the system's reason. A file is created with mode 0640, appended
  // to.
  static std::expected<std::unique_ptr<Log>, std::string> open(const LogSettings& settings,
                                                               Clock clock);
  virtual ~Log() = default;  // flushes

  // Formats what is constant over a session, for append(). Keep it as long as the session lives.
  static std::string format_session(const SessionFacts& facts);
  static std::string format_denial(const DenialFacts& facts);  // likewise, of a DenialChanged

  virtual void append(std::string_view session, const Decision& decision) = 0;
  virtual void append(std::string_view session, const End& end) = 0;
  virtual void append(std::string_view session, const Occurrence& occurrence) = 0;

  // One write of all that gathered. False when it failed and on_failure is deny: then nothing of
  // this batch may leave; its records are kept (bounded) and tried again by the next flush.
  virtual bool flush() = 0;

  // With Durability::Fsync the same in two steps, since a disk takes its time. The work that
  // begin_flush() gives may run on any thread, once; end_flush() follows it on this one, and says
  // what flush() would. append() goes on meanwhile, for the batch after. A flush() in between is
  // for when the thread has ended, whether the work ever ran or not.
  virtual bool flushes_on_thread() const = 0;
  virtual std::move_only_function<void()> begin_flush() = 0;
  virtual bool end_flush() = 0;
  // In between, where the disk takes too long: what waits gets the answer that a failed flush()
  // has, and healthy() is that of one, until end_flush().
  virtual bool give_up_flush(std::string why) = 0;

  virtual bool is_enabled() const = 0;  // false: nothing is written, so nothing waits for it
  virtual bool has_pending() const = 0;
  // What is pending are end records only, few of them, and the last write succeeded: they may go
  // with the next batch.
  virtual bool can_wait() const = 0;
  // False from a failed flush until one succeeds. While false new statements are refused up front.
  // Always true with OnFailure::Continue: there no flush fails; last_error() and counts() tell.
  virtual bool healthy() const = 0;
  virtual const LogCounts& counts() const = 0;
  virtual ChainHead head() const = 0;                 // of what flush() has written
  virtual const std::string& last_error() const = 0;  // empty once a write succeeded again
};

}  // namespace gateway::audit
