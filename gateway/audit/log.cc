// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/log.h"

#include <unistd.h>

#include <utility>

#include "gateway/audit/record_format.h"
#include "gateway/audit/sink.h"

namespace gateway::audit {
namespace {

// A batch buffer that an outage or a long statement has made larger than this is given back.
constexpr std::size_t kBatchBytesKept = 1u << 20;
// More end records than this do not wait for company.
constexpr std::size_t kWaitingBytesMax = 64u << 10;

class BatchLog final : public Log {
 public:
  BatchLog(const LogSettings& settings, Clock clock, RecordFormat format,
           std::unique_ptr<Sink> sink)
      : on_failure_(settings.on_failure),
        clock_(std::move(clock)),
        format_(std::move(format)),
        sink_(std::move(sink)) {}
  ~BatchLog() override { BatchLog::flush(); }

  void append(std::string_view session, const Decision& decision) override {
    ends_only_ = false;
    add(session, decision, decision.event);
  }
  void append(std::string_view session, const End& end) override {
    add(session, end, event_of(end.status));
  }
  void append(std::string_view session, const Occurrence& occurrence) override {
    ends_only_ = false;
    add(session, occurrence, occurrence.event);
  }

  bool flush() override {
    const bool written = !has_pending() || write(batch_.size());
    const bool complete = written && !std::exchange(lost_record_, false);
    return complete || on_failure_ == OnFailure::Continue;
  }

  bool has_pending() const override { return !batch_.empty() || sink_->has_backlog(); }
  bool can_wait() const override {
    return ends_only_ && !failing_ && !lost_record_ && !sink_->has_backlog() &&
           batch_.size() <= kWaitingBytesMax;
  }
  bool healthy() const override { return !failing_ || on_failure_ == OnFailure::Continue; }
  const LogCounts& counts() const override { return counts_; }
  const std::string& last_error() const override { return last_error_; }

 private:
  template <typename Record>
  void add(std::string_view session, const Record& record, Event event) {
    const std::size_t start = batch_.size();
    format_.append(batch_, Stamp{clock_(), ++sequence_}, session, record);
    ++counts_.records[static_cast<std::size_t>(event)];
    if (batch_.size() > kBatchBytesMax && start > 0) make_room(start);
  }

  // The newest record starts at `start`. Writing early is always right; only leaving out is not.
  void make_room(std::size_t start) {
    const std::size_t bytes = batch_.size();
    write(start);
    const std::size_t taken = bytes - batch_.size();
    if (taken == start || batch_.size() <= kBatchBytesMax) return;
    batch_.resize(start - taken);
    ++counts_.dropped;
    lost_record_ = true;
  }

  bool write(std::size_t bytes) {
    const auto result = sink_->write(std::string_view(batch_).substr(0, bytes), clock_());
    batch_.erase(0, result ? bytes : result.error().taken_bytes);
    if (batch_.empty() && batch_.capacity() > kBatchBytesKept) batch_.shrink_to_fit();
    failing_ = !result.has_value();
    if (batch_.empty()) ends_only_ = true;
    if (failing_) ++counts_.failures;
    last_error_ = failing_ ? result.error().reason : std::string(sink_->complaint());
    return !failing_;
  }

  OnFailure on_failure_;
  Clock clock_;
  RecordFormat format_;
  std::unique_ptr<Sink> sink_;
  std::string batch_;  // whole lines
  std::uint64_t sequence_ = 0;
  bool ends_only_ = true;     // in the batch
  bool failing_ = false;      // the last write failed
  bool lost_record_ = false;  // since the last flush
  LogCounts counts_;
  std::string last_error_;
};

// audit.enabled: false.
class DisabledLog final : public Log {
 public:
  void append(std::string_view, const Decision&) override {}
  void append(std::string_view, const End&) override {}
  void append(std::string_view, const Occurrence&) override {}
  bool flush() override { return true; }
  bool has_pending() const override { return false; }
  bool can_wait() const override { return true; }
  bool healthy() const override { return true; }
  const LogCounts& counts() const override { return counts_; }
  const std::string& last_error() const override { return last_error_; }

 private:
  LogCounts counts_;
  std::string last_error_;
};

std::expected<std::unique_ptr<Sink>, std::string> open_sink(const LogSettings& settings) {
  switch (settings.storage) {
    case Storage::File:
      return open_file_sink(settings.file_path, {settings.max_bytes, settings.max_files});
    case Storage::Stdout: return open_stdout_sink(STDOUT_FILENO, kStdoutBacklogBytesMax);
  }
  std::unreachable();
}

}  // namespace

std::expected<std::unique_ptr<Log>, std::string> Log::open(const LogSettings& settings,
                                                           Clock clock) {
  if (!settings.enabled) return std::make_unique<DisabledLog>();
  auto digest = Digest::make();
  if (!digest) return std::unexpected(std::move(digest.error()));
  auto sink = open_sink(settings);
  if (!sink) return std::unexpected(std::move(sink.error()));
  const auto redaction = settings.redact_sql ? Redaction::On : Redaction::Off;
  return std::make_unique<BatchLog>(settings, std::move(clock),
                                    RecordFormat(redaction, std::move(*digest)), std::move(*sink));
}

std::string Log::format_session(const SessionFacts& facts) { return format_session_members(facts); }
std::string Log::format_denial(const DenialFacts& facts) { return format_denial_members(facts); }

}  // namespace gateway::audit
