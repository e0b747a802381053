// SPDX-License-Identifier: Apache-2.0
// Carries what a session tells about its statements into the audit log and the metrics.
#pragma once

#include <string>
#include <vector>

#include "gateway/audit/log.h"
#include "gateway/relay/recorded_functions.h"
#include "gateway/relay/recorded_objects.h"
#include "gateway/session/recorder.h"
#include "gateway/telemetry/metrics.h"

namespace gateway::relay {

class Recording : public session::Recorder {
 public:
  Recording(audit::Log& audit, telemetry::LoopMetrics& metrics)
      : audit_(audit), metrics_(metrics) {}

  // Before the first statement. `session` is audit::Log::format_session()'s.
  void begin(std::string session, std::size_t database_id);
  void on_login_refused(const policy::Violation& violation) override;
  void on_decision(const session::Decision& decision) override;
  void on_end(const session::End& end) override;
  void on_judging() override { judging_since_ = std::chrono::steady_clock::now(); }
  void on_judged() override {
    metrics_.policy_check_duration.observe(std::chrono::steady_clock::now() - judging_since_);
  }
  void on_planned(std::chrono::nanoseconds elapsed) override;
  void note(const audit::Occurrence& occurrence) { audit_.append(session_, occurrence); }

 private:
  void append(const session::Decision& decision, const audit::PolicyChecks& checks);
  void count_checks(const session::Decision& decision, const audit::PolicyChecks& checks);

  audit::Log& audit_;
  telemetry::LoopMetrics& metrics_;
  std::string session_;
  std::size_t database_id_ = 0;
  RecordedObjects objects_;
  RecordedFunctions functions_;
  std::vector<audit::Violation> violations_;
  session::TimePoint judging_since_{};
};

}  // namespace gateway::relay
