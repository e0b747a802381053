// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/audit_writer.h"

#include <algorithm>
#include <utility>

#include "gateway/telemetry/log.h"

namespace gateway::relay {
namespace {

using std::chrono::steady_clock;

// How long end records wait for a decision to share its write.
constexpr std::chrono::milliseconds kEndsWaitMax{100};
// A write that takes longer is logged: on the loop, everybody waits for it.
constexpr std::chrono::milliseconds kStall{100};

}  // namespace

AuditWriter::AuditWriter(net::Loop& loop, audit::Log& log, telemetry::LoopMetrics& metrics,
                         std::chrono::milliseconds write_timeout, Tell tell)
    : loop_(loop),
      log_(log),
      metrics_(metrics),
      write_timeout_(write_timeout),
      tell_(std::move(tell)),
      flight_timer_(loop),
      ends_timer_(loop),
      worker_(loop) {}

void AuditWriter::join(std::uint64_t relay_id) {
  if (waiting_.empty() || waiting_.back() != relay_id) waiting_.push_back(relay_id);
  loop_.wake();
}

// On a thread what failed is tried again after a while, not in each turn of the loop.
bool AuditWriter::is_due() {
  if (!log_.has_pending()) return false;
  const bool is_failing = log_.flushes_on_thread() && !log_.last_error().empty();
  if (!waiting_.empty() || !(log_.can_wait() || is_failing)) return true;
  if (std::exchange(ends_due_, false)) return true;
  if (!ends_timer_.active()) {
    ends_timer_.start(kEndsWaitMax, [this] {
      ends_due_ = true;
      loop_.wake();
    });
  }
  return false;
}

void AuditWriter::on_check() {
  if (!log_.flushes_on_thread()) return write_here();
  if (is_flying_) {
    if (is_given_up_ && !waiting_.empty()) give_up();
    return;
  }
  if (is_due()) return take_off();
  if (!waiting_.empty()) tell_({.relay_ids = std::exchange(waiting_, {}), .is_written = true});
}

void AuditWriter::write_here() {
  outcome_.is_written = true;
  if (is_due()) {
    const auto began = steady_clock::now();
    outcome_.is_written = log_.flush();
    observe(began);
  }
  outcome_.relay_ids.clear();
  outcome_.relay_ids.swap(waiting_);
  tell_(outcome_);
}

void AuditWriter::take_off() {
  is_flying_ = true;
  in_flight_ = std::exchange(waiting_, {});
  if (write_timeout_.count() > 0) {
    flight_timer_.start(write_timeout_, [this] { give_up(); });
  }
  worker_.submit(log_.begin_flush(), [this, began = steady_clock::now()] { land(began); });
}

// Of those that wait now, and, from here on, of those that come to wait until the disk answers.
void AuditWriter::give_up() {
  is_given_up_ = true;
  Outcome outcome{.relay_ids = std::exchange(in_flight_, {}), .is_written = false};
  const auto later = std::exchange(waiting_, {});
  outcome.relay_ids.insert(outcome.relay_ids.end(), later.begin(), later.end());
  const auto milliseconds = std::to_string(write_timeout_.count());
  outcome.is_written = log_.give_up_flush("the disk has not answered for " + milliseconds + " ms");
  tell_(outcome);
}

void AuditWriter::land(steady_clock::time_point began) {
  is_flying_ = is_given_up_ = false;
  flight_timer_.stop();
  Outcome outcome{.relay_ids = {}, .is_written = log_.end_flush()};
  outcome.relay_ids = std::exchange(in_flight_, {});
  observe(began);
  if (outcome.is_written) {
    std::erase_if(outcome.relay_ids, [this](std::uint64_t relay_id) {
      return std::ranges::find(waiting_, relay_id) != waiting_.end();
    });
  }
  tell_(outcome);
}

void AuditWriter::observe(steady_clock::time_point began) {
  const auto elapsed = steady_clock::now() - began;
  metrics_.audit_flush_duration.observe(elapsed);
  if (elapsed < kStall) return;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
  telemetry::log_warn("writing the audit took long", {{"ms", milliseconds}});
}

}  // namespace gateway::relay
