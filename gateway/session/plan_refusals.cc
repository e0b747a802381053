// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/plan_refusals.h"

#include <string>
#include <utility>

#include "gateway/session/planning.h"

namespace gateway::session {

using policy::ErrorCode;
using policy::Violation;

namespace {

Violation not_bounded(std::string rule, std::string message, std::string hint) {
  return {.check = policy::Check::Plan,
          .code = ErrorCode::QueryTooExpensive,
          .resource = "plan",
          .rule = "explain_policy." + std::move(rule),
          .message = std::move(message),
          .hint = std::move(hint)};
}

}  // namespace

Violation too_long_values() {
  return not_bounded("enabled",
                     "the values of this statement are longer than " +
                         std::to_string(kPlannedBindBytesMax) +
                         " bytes, so the server cannot be asked for its plan",
                     "Load large values by COPY or by INSERT … VALUES.");
}

Violation planning_timed_out(std::chrono::milliseconds timeout) {
  return not_bounded(
      "timeout_seconds",
      "the statement could not be planned within " + std::to_string(timeout.count()) + " ms",
      "Simplify it, or try again when no other session locks its tables.");
}

Violation planning_failed() {
  return not_bounded("on_error", "the server could not plan the statement", "");
}

Violation cannot_ask(std::string_view obstacle) {
  return not_bounded(
      "enabled",
      "the cost of this statement cannot be known before it runs, because " + std::string(obstacle),
      "Send the statements one by one.");
}

Violation too_many_plans() {
  return not_bounded("enabled",
                     "one message holds more than " + std::to_string(kPlansPerMessageMax) +
                         " statements whose cost only the server can tell",
                     "Send the statements one by one.");
}

}  // namespace gateway::session
