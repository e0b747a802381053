// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/log.h"

#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "gateway/audit/batch_writer.h"
#include "gateway/audit/chain_tail.h"
#include "gateway/audit/record_format.h"

namespace gateway::audit {
namespace {

// A batch buffer that an outage or a long statement has made larger than this is given back.
constexpr std::size_t kBatchBytesKept = 1u << 20;
// More end records than this do not wait for company.
constexpr std::size_t kWaitingBytesMax = 64u << 10;
constexpr std::size_t kChainIdBytes = 16;

class BatchLog final : public Log {
 public:
  BatchLog(const LogSettings& settings, Clock clock, RecordFormat format, BatchWriter writer)
      : on_failure_(settings.on_failure),
        durability_(settings.durability),
        clock_(std::move(clock)),
        format_(std::move(format)),
        writer_(std::move(writer)) {}

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
    if (is_flying_) BatchLog::end_flush();
    const bool written = !has_pending() || write();
    const bool complete = written && !std::exchange(lost_record_, false);
    return complete || on_failure_ == OnFailure::Continue;
  }

  bool flushes_on_thread() const override { return durability_ == Durability::Fsync; }

  std::move_only_function<void()> begin_flush() override {
    is_flying_ = true;
    flight_ = std::exchange(batch_, {});
    ends_only_ = true;
    lost_before_flight_ = std::exchange(lost_record_, false);
    head_before_flight_ = writer_.head();
    flight_result_ = std::unexpected("it was not written");
    return [this, now = clock_()] { flight_result_ = writer_.write(flight_, now); };
  }

  bool end_flush() override {
    is_flying_ = false;
    if (!flight_.is_empty()) {
      ends_only_ = false;
      flight_.append(std::exchange(batch_, {}));
      batch_ = std::exchange(flight_, {});
    }
    note(flight_result_);
    const bool complete = flight_result_ && !std::exchange(lost_before_flight_, false);
    return complete || on_failure_ == OnFailure::Continue;
  }

  bool give_up_flush(std::string why) override {
    note(std::unexpected(std::move(why)));
    return on_failure_ == OnFailure::Continue;
  }

  bool is_enabled() const override { return true; }
  bool has_pending() const override {
    return !batch_.is_empty() || (!is_flying_ && writer_.has_backlog());
  }
  bool can_wait() const override {
    return ends_only_ && !failing_ && !lost_record_ && (is_flying_ || !writer_.has_backlog()) &&
           batch_.lines.size() <= kWaitingBytesMax;
  }
  bool healthy() const override { return !failing_ || on_failure_ == OnFailure::Continue; }
  const LogCounts& counts() const override { return counts_; }
  ChainHead head() const override { return is_flying_ ? head_before_flight_ : writer_.head(); }
  const std::string& last_error() const override { return last_error_; }

 private:
  template <typename Record>
  void add(std::string_view session, const Record& record, Event event) {
    const std::size_t start = batch_.lines.size();
    format_.append(batch_.lines, Stamp{clock_(), ++sequence_}, session, record);
    ++counts_.records[static_cast<std::size_t>(event)];
    if (batch_.lines.size() > kBatchBytesMax && start > 0) return make_room(start);
    batch_.count(sequence_);
  }

  // The newest record starts at `start`. Writing early is always right; only leaving out is not.
  void make_room(std::size_t start) {
    Batch newest{.lines = batch_.lines.substr(start), .range = {}};
    newest.count(sequence_);
    batch_.lines.resize(start);
    if (!is_flying_) write();
    if (batch_.lines.empty() || batch_.lines.size() + newest.lines.size() <= kBatchBytesMax) {
      return batch_.append(std::move(newest));
    }
    ++counts_.dropped;
    lost_record_ = true;
  }

  bool write() {
    const auto result = writer_.write(batch_, clock_());
    if (batch_.is_empty()) ends_only_ = true;
    note(result);
    return !failing_;
  }

  void note(const std::expected<void, std::string>& result) {
    if (batch_.lines.empty() && batch_.lines.capacity() > kBatchBytesKept) {
      batch_.lines.shrink_to_fit();
    }
    failing_ = !result.has_value();
    if (failing_) ++counts_.failures;
    last_error_ = failing_ ? result.error() : std::string(writer_.complaint());
  }

  OnFailure on_failure_;
  Durability durability_;
  Clock clock_;
  RecordFormat format_;
  BatchWriter writer_;  // the thread's during a flight
  Batch batch_;
  std::uint64_t sequence_ = 0;
  bool ends_only_ = true;     // in the batch
  bool failing_ = false;      // the last write failed
  bool lost_record_ = false;  // since the last flush

  bool is_flying_ = false;  // between begin_flush() and end_flush()
  Batch flight_;
  std::expected<void, std::string> flight_result_;
  bool lost_before_flight_ = false;
  ChainHead head_before_flight_;

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
  bool flushes_on_thread() const override { return false; }
  std::move_only_function<void()> begin_flush() override {
    return [] {};
  }
  bool end_flush() override { return true; }
  bool give_up_flush(std::string) override { return true; }
  bool is_enabled() const override { return false; }
  bool has_pending() const override { return false; }
  bool can_wait() const override { return true; }
  bool healthy() const override { return true; }
  const LogCounts& counts() const override { return counts_; }
  ChainHead head() const override { return {}; }
  const std::string& last_error() const override { return last_error_; }

 private:
  LogCounts counts_;
  std::string last_error_;
};

std::expected<std::unique_ptr<Sink>, std::string> open_sink(const LogSettings& settings) {
  switch (settings.storage) {
    case Storage::File:
      return open_file_sink(
          settings.file_path,
          {.rotation = {settings.max_bytes, settings.max_files, settings.rotate_every},
           .durability = settings.durability});
    case Storage::Stdout: return open_stdout_sink(STDOUT_FILENO, kStdoutBacklogBytesMax);
  }
  std::unreachable();
}

std::expected<Chain, std::string> open_chain(const LogSettings& settings) {
  auto mac = Mac::make(settings.key);
  if (!mac) return std::unexpected(std::move(mac.error()));
  std::array<unsigned char, kChainIdBytes> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return std::unexpected("OpenSSL has no random bytes for the id of the audit's chain");
  }
  ChainTail tail;
  if (settings.storage == Storage::File) tail = read_chain_tail(settings.file_path);
  return Chain(std::move(*mac), hex(random), settings.version, std::move(tail));
}

}  // namespace

std::expected<std::unique_ptr<Log>, std::string> Log::open(const LogSettings& settings,
                                                           Clock clock) {
  if (!settings.enabled) return std::make_unique<DisabledLog>();
  auto digest = Digest::make();
  if (!digest) return std::unexpected(std::move(digest.error()));
  auto chain = open_chain(settings);
  if (!chain) return std::unexpected(std::move(chain.error()));
  auto sink = open_sink(settings);
  if (!sink) return std::unexpected(std::move(sink.error()));
  const auto redaction = settings.redact_sql ? Redaction::On : Redaction::Off;
  return std::make_unique<BatchLog>(settings, std::move(clock),
                                    RecordFormat(redaction, std::move(*digest)),
                                    BatchWriter(std::move(*sink), std::move(*chain)));
}

std::string Log::format_session(const SessionFacts& facts) { return format_session_members(facts); }
std::string Log::format_denial(const DenialFacts& facts) { return format_denial_members(facts); }

}  // namespace gateway::audit
