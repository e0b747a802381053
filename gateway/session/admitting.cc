// SPDX-License-Identifier: Apache-2.0
// Between judged and sent: what an operator has denied is refused, whatever the policy says, and
// what is over a limit of its user.
#include <algorithm>

#include "gateway/session/session.h"

namespace gateway::session {
namespace {

using policy::StatementClass;
using policy::StatementVerdict;

// Gives up what the session did and holds: the one thing that who is denied may still do.
bool only_gives_up(StatementClass statement_class) {
  return statement_class == StatementClass::Rollback;
}

// A client can always leave its transaction, so these are neither counted nor refused. PREPARE
// TRANSACTION is: its locks stay.
bool only_leaves_transaction(const StatementVerdict& statement) {
  return statement.statement_class == StatementClass::Commit ||
         statement.statement_class == StatementClass::Rollback ||
         statement.statement_class == StatementClass::RollbackTo;
}

bool has_limits(const policy::Profile& profile) {
  return profile.statements_per_minute_max > 0 || profile.running_max > 0;
}

}  // namespace

// Nothing: it is not denied; else what became of the message.
std::optional<Session::Flow> Session::denied(const Message& message, std::string_view sql,
                                             const Shape& shape, Output& out) {
  if (settings_.admission == nullptr || only_gives_up(shape.statement_class)) return std::nullopt;
  const auto denial = settings_.admission->denial(shape.fingerprint);
  if (!denial) return std::nullopt;
  Refusal refusal = refusal_of(*denial);
  refusal.statement_class = policy::name(shape.statement_class);
  return refuse(message, sql, refusal, out);
}

std::optional<Session::Flow> Session::denied(const Message& message, std::string_view sql,
                                             Statements statements, Output& out) {
  for (const StatementVerdict& statement : statements) {
    const Shape shape{statement.statement_class, statement.fingerprint};
    if (const auto flow = denied(message, sql, shape, out)) return flow;
  }
  return std::nullopt;
}

// The last thing before they are decided: what is counted is sent. Nothing: they may start.
std::optional<Session::Flow> Session::not_started(const Message& message, std::string_view sql,
                                                  Statements statements, Output& out) {
  if (settings_.admission == nullptr || !has_limits(profile())) return std::nullopt;
  const auto counted = std::ranges::count_if(
      statements, [](const StatementVerdict& each) { return !only_leaves_transaction(each); });
  if (counted == 0) return std::nullopt;
  const auto violation =
      settings_.admission->start({profile(), static_cast<std::size_t>(counted), now_});
  if (!violation) {
    has_started_ = true;
    return std::nullopt;
  }
  withdraw_predictions();
  return refuse(message, sql, refusal_of(*violation), out);
}

void Session::stop_if_nothing_runs() {
  if (!has_started_ || !replies_.empty()) return;
  has_started_ = false;
  settings_.admission->stop();
}

}  // namespace gateway::session
