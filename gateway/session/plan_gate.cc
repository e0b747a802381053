// SPDX-License-Identifier: Apache-2.0
// The plan gate on the wire: a statement that its facts do not bound is asked about on its own
// server session before its bytes are sent, by a probe: EXPLAIN before its text. Its message is
// held until the answer is there, and is then gone through again.
//
// A Query is asked about by a Query of ours, where nothing is outstanding. A Bind (and an Execute
// of an EXECUTE) is asked about inside its unit, with its own values: an error of the probe is then
// the server's own answer to it, and the server skips up to Sync.
#include <algorithm>
#include <utility>

#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/plan_refusals.h"
#include "gateway/session/session.h"
#include "policy/moment_words.h"
#include "policy/rules/access.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;
using policy::Violation;

PlanRef warned_of(Violation violation) {
  policy::PlanVerdict plan;
  plan.warnings.push_back(std::move(violation));
  return std::make_shared<const policy::PlanVerdict>(std::move(plan));
}

void append_number(std::string& key, std::uint64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_text(std::string& key, std::string_view text) {
  append_number(key, text.size());
  key.append(text);
}

// Of what SQL PREPARE made, which the protocol binds.
std::optional<PlanNeed> contained_need(const Prepared& prepared) {
  if (!prepared.judged()->needs_plan) return std::nullopt;
  PlanNeed need;
  need.part = prepared.statement;
  need.judged = prepared.judged();
  need.obstacle = "it was prepared by SQL and is bound by the protocol";
  return need;
}

}  // namespace

// What decides on a plan beside the profile. The search_path is pinned; the role is the server's.
std::string Session::plan_key(const PlanNeed& need) const {
  std::string key;
  append_number(key, profile().epoch);
  append_number(key, plans_changed_by_);
  append_text(key, need.text);
  append_text(key, need.executed);
  append_number(key, need.parameter_types.size());
  for (const std::uint32_t type : need.parameter_types) append_number(key, type);
  append_text(key, need.values);
  for (const auto& [name, value] : client_settings_) {
    if (name == "application_name") continue;
    append_text(key, name);
    append_text(key, value);
  }
  return key;
}

PlanRef Session::plan_of(std::size_t part) const {
  const auto found = std::ranges::find(planned_, part, &Planned::part);
  return found == planned_.end() ? nullptr : found->plan;
}

PlanRef Session::known_plan(const std::string& key, const PlanNeed& need) {
  const auto found = std::ranges::find(plans_found_, key, &PlanFound::key);
  if (found != plans_found_.end()) return found->plan;
  if (!shares_plan(need)) return nullptr;
  PlanRef plan = shared_.plans.find(settings_.standing.profile, key, now_);
  if (plan) plans_found_.push_back({key, plan});
  return plan;
}

// The server's answer to this very question, if it is there.
PlanRef Session::take_answer(const std::string& key, const PlanNeed& need) {
  if (!question_ || question_->key != key) return nullptr;
  if (question_->stage != PlanQuestion::Stage::Answered) return nullptr;
  if (question_->interruption != PlanQuestion::Interruption::None) return nullptr;
  const PlanQuestion question = *std::exchange(question_, std::nullopt);
  auto plan = std::make_shared<const policy::PlanVerdict>(
      policy::judge_plan(plan_document(question.rows), *need.judged, profile()));
  plans_found_.push_back({key, plan});
  if (shares_plan(need)) shared_.plans.keep(settings_.standing.profile, key, plan, now_);
  return plan;
}

// Nothing: the statement may run, and planned_ says what was found of it. Else what became of the
// message; what was predicted of it is withdrawn.
std::optional<Session::Flow> Session::pass_gate(const Message& message, const Gated& gated,
                                                const PlanNeed& need, Output& out) {
  if (need.obstacle.empty() && is_sure_to_fail()) return std::nullopt;
  const std::string key = plan_key(need);
  PlanRef plan = take_answer(key, need);
  if (!plan && question_ && question_->key == key) return on_no_plan(message, gated, need, out);
  if (!plan && need.obstacle.empty()) plan = known_plan(key, need);
  const bool is_query = message.type() == pgwire::frontend::kQuery;
  if (!plan && is_query && !replies_.empty()) {  // what they settle decides what may be asked
    withdraw_predictions();
    return wait_for_replies(out);
  }
  const auto obstacle = plan ? std::nullopt : why_not_asked(message, need);
  if (obstacle && profile().enforcement != policy::Enforcement::Warn) {
    return refuse_plan(message, gated, {&*obstacle, 1}, out);
  }
  if (obstacle) plan = warned_of(*obstacle);
  if (!plan) {
    // It is work of its own, and counts as such.
    if (const auto flow = not_started(message, gated.sql, {gated.statement, 1}, out)) return flow;
    return ask(message, gated, need, out);
  }
  if (!plan->allowed()) return refuse_plan(message, gated, plan->violations, out);
  planned_.push_back({need.part, std::move(plan)});
  return std::nullopt;
}

// Nothing: it can be asked for its plan.
std::optional<Violation> Session::why_not_asked(const Message& message,
                                                const PlanNeed& need) const {
  if (!need.obstacle.empty()) return cannot_ask(need.obstacle);
  if (plans_found_.size() >= kPlansPerMessageMax) return too_many_plans();
  const bool is_query = message.type() == pgwire::frontend::kQuery;
  if (is_query && unit_open_) return cannot_ask("no Sync stands before it");
  return std::nullopt;
}

// The server answers with 25P02, whatever it is sent.
bool Session::is_sure_to_fail() const {
  return replies_.empty() && !unit_open_ && status_ == pgwire::TransactionStatus::Failed &&
         !question_;
}

std::optional<Session::Flow> Session::gate_query(const Message& message, const VerdictRef& verdict,
                                                 Output& out) {
  planned_.clear();
  const std::string_view sql = pgwire::read_query(message.body())->sql;
  for (const PlanNeed& need : plan_needs_) {
    const Gated gated{sql, verdict, &verdict->statements[need.part]};
    if (const auto flow = pass_gate(message, gated, need, out)) return flow;
  }
  return std::nullopt;
}

// Of a Bind: the values are known, and decide.
std::optional<Session::Flow> Session::gate_bind(const Message& message, const Prepared& prepared,
                                                Output& out) {
  planned_.clear();
  if (!profile().plan || prepared.judged() == nullptr) return std::nullopt;
  if (prepared.effect().kind == policy::Effect::Kind::Execute) return std::nullopt;  // at Execute
  auto need = prepared.is_contained ? contained_need(prepared)
                                    : plan_need(prepared.judged_text(), *prepared.verdict,
                                                {prepared.statement, unit_});
  if (!need) return std::nullopt;
  const Gated gated{prepared.sql, prepared.verdict, prepared.judged()};
  if (!message.whole()) {
    if (message.header.body_bytes > kPlannedBindBytesMax) {
      const Violation violation = too_long_values();
      return refuse_plan(message, gated, {&violation, 1}, out);
    }
    return Flow::Hold;  // for the rest of it
  }
  const auto values = pgwire::read_bind_values(message.body());
  if (!values) return refuse_malformed(message, "invalid message format", out);
  need->values = *values;
  need->is_immutable = need->is_immutable && !policy::names_moment(*values);
  need->parameter_types = prepared.parameter_types;
  return pass_gate(message, gated, *need, out);
}

// Of an Execute whose text is EXECUTE: what the name stands for may have changed since the Bind.
std::optional<Session::Flow> Session::gate_execute(const Message& message, const Prepared& prepared,
                                                   Output& out) {
  planned_.clear();
  if (!profile().plan || prepared.effect().kind != policy::Effect::Kind::Execute) {
    return std::nullopt;
  }
  const auto need =
      plan_need(prepared.judged_text(), *prepared.verdict, {prepared.statement, unit_});
  if (!need) return std::nullopt;
  return pass_gate(message, {prepared.sql, prepared.verdict, prepared.judged()}, *need, out);
}

Session::Flow Session::refuse_plan(const Message& message, const Gated& gated,
                                   std::span<const Violation> violations, Output& out) {
  withdraw_predictions();
  return refuse_stopped(message, gated.sql, plan_refusal(gated, violations), out);
}

Refusal Session::plan_refusal(const Gated& gated, std::span<const Violation> violations) {
  Refusal refusal = refusal_of(violations.front());
  refusal.violations = violations;
  refusal.statement_class = policy::name(gated.statement->statement_class);
  refusal.facts = gated.statement->facts.get();
  if (gated.verdict->access != nullptr) refusal.snapshot = &gated.verdict->access->snapshot();
  return refusal;
}

// It was asked, and there is no plan: an error, or the probe was stopped.
std::optional<Session::Flow> Session::on_no_plan(const Message& message, const Gated& gated,
                                                 const PlanNeed& need, Output& out) {
  using Interruption = PlanQuestion::Interruption;
  const PlanQuestion question = *std::exchange(question_, std::nullopt);
  if (question.interruption == Interruption::Client) {
    withdraw_predictions();
    return refuse_stopped(message, gated.sql, cancelled(), out);
  }
  const bool is_timeout = question.interruption == Interruption::Timeout;
  const Violation violation = is_timeout ? planning_timed_out(question.timeout) : planning_failed();
  if (!is_timeout && is_failure_let_pass(question.error_sqlstate)) {
    planned_.push_back({need.part, warned_of(violation)});
    plans_found_.push_back({question.key, planned_.back().plan});
    return std::nullopt;
  }
  withdraw_predictions();
  const Refusal refusal = plan_refusal(gated, {&violation, 1});
  if (is_timeout) return refuse_stopped(message, gated.sql, refusal, out);
  record_denied(gated.sql, refusal, question.server_error());
  answer_alone(message, question.error, out);
  return Flow::Done;
}

// Also where the transaction is aborted, perhaps by the probe, the client is told why.
Session::Flow Session::refuse_stopped(const Message& message, std::string_view sql,
                                      const Refusal& refusal, Output& out) {
  if (!is_sure_to_fail()) return refuse(message, sql, refusal, out);
  record_denied(sql, refusal);
  std::string error;
  write_refusal(error, refusal);
  answer_alone(message, std::move(error), out);
  return Flow::Done;
}

// Where it failed inside a transaction that is aborted now, nothing can pass. A failure that the
// client brings about by its own timeouts does not.
bool Session::is_failure_let_pass(std::string_view sqlstate) const {
  if (status_ != pgwire::TransactionStatus::Idle || unit_open_) return false;
  if (profile().enforcement == policy::Enforcement::Warn) return true;
  return profile().plan->on_error == policy::OnPlanError::Allow &&
         sqlstate != state::kQueryCanceled && sqlstate != state::kLockNotAvailable;
}

}  // namespace gateway::session
