// SPDX-License-Identifier: Apache-2.0
// One session's admission: what its user does, against the limits of its profile, and what
// operators have denied. What it counts as running it gives back, at the latest when it is
// destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gateway/admin/denials.h"
#include "gateway/relay/accounts.h"
#include "gateway/session/admission.h"
#include "gateway/telemetry/metrics.h"

namespace gateway::relay {

// Of a loop; each outlives the sessions.
struct AdmissionSources {
  Accounts& accounts;
  const admin::Denials& denials;
  telemetry::LoopMetrics& metrics;
};

class ClientAdmission final : public session::Admission {
 public:
  ClientAdmission(AdmissionSources sources, std::string database, std::string user);
  ~ClientAdmission() override { stop(); }
  ClientAdmission(const ClientAdmission&) = delete;
  ClientAdmission& operator=(const ClientAdmission&) = delete;

  // Why the user may not even log in.
  std::optional<policy::Violation> denial_of_login();

  std::optional<policy::Violation> denial(std::uint64_t fingerprint) override;
  std::optional<policy::Violation> start(const Start& start) override;
  void stop() override;

 private:
  std::optional<policy::Violation> too_many_started(const Start& start);
  std::optional<policy::Violation> too_many_running(const Start& start);

  AdmissionSources sources_;
  const std::string database_, user_;
  std::uint64_t denials_epoch_ = 0;   // of what is_denied_ was found by; 0: not yet
  bool is_denied_ = false;            // the user or the database
  bool is_running_ = false;           // counted in account_
  std::shared_ptr<Account> account_;  // null until there was a limit
};

}  // namespace gateway::relay
