// SPDX-License-Identifier: Apache-2.0
// When the audit's batches are written: in the check phase, or where the disk is waited for on a
// thread of its own, one at a time. Relays wait with their bytes for the batch of their decisions.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "gateway/audit/log.h"
#include "gateway/net/loop.h"
#include "gateway/net/worker.h"
#include "gateway/telemetry/metrics.h"

namespace gateway::relay {

class AuditWriter {
 public:
  struct Outcome {
    std::vector<std::uint64_t> relay_ids;  // a relay may be there more than once
    bool is_written = false;               // false: what was decided may not leave
  };
  using Tell = std::function<void(const Outcome& outcome)>;

  // `write_timeout`: what a thread may take for a batch; 0: as long as it takes.
  AuditWriter(net::Loop& loop, audit::Log& log, telemetry::LoopMetrics& metrics,
              std::chrono::milliseconds write_timeout, Tell tell);

  // With the batch that gathers now. A relay that waits for an earlier one, too, is told once, when
  // both are written: its bytes leave in order, and all at once.
  void join(std::uint64_t relay_id);
  void on_check();

 private:
  bool is_due();
  void write_here();
  void take_off();
  void give_up();
  void land(std::chrono::steady_clock::time_point began);
  void observe(std::chrono::steady_clock::time_point began);

  net::Loop& loop_;
  audit::Log& log_;
  telemetry::LoopMetrics& metrics_;
  std::chrono::milliseconds write_timeout_;
  Tell tell_;
  std::vector<std::uint64_t> waiting_, in_flight_;
  Outcome outcome_;  // of write_here(), which keeps its memory
  bool is_flying_ = false;
  bool is_given_up_ = false;  // the flight took too long
  net::Timer flight_timer_;
  net::Timer ends_timer_;  // runs while end records wait
  bool ends_due_ = false;
  net::Worker worker_;  // last: its end waits for what it does
};

}  // namespace gateway::relay
