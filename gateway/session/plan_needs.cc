// SPDX-License-Identifier: Apache-2.0
// Which statements of a message only their plans can bound, what the server is to be asked for
// each, and where it cannot be asked in order: a probe runs before all of its message, so nothing
// in front of the statement may decide on its plan, or be disturbed by a query before it.
#include <algorithm>
#include <array>

#include "gateway/session/session.h"
#include "policy/changed_schema.h"
#include "policy/facts.h"

namespace gateway::session {
namespace {

using policy::Effect;
using policy::StatementClass;
using policy::StatementVerdict;

// EXECUTE of a text that is an EXECUTE, and so on.

// Settings that no plan of an immutable statement depends on. How dates are read is none of them.
constexpr std::array<std::string_view, 8> kPlanlessSettings{
    "application_name",    "bytea_output",       "client_encoding",
    "client_min_messages", "extra_float_digits", "idle_in_transaction_session_timeout",
    "lock_timeout",        "statement_timeout"};

void append_number(std::string& key, std::uint64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// Nothing that its facts leave open may decide on the plan.
bool is_immutable(const StatementVerdict& statement) {
  const policy::Facts* facts = statement.facts.get();
  return facts != nullptr && facts->is_immutable && !facts->unresolved && !facts->uncertain;
}

bool sets_by_command(const StatementVerdict& statement) {
  return statement.statement_class == StatementClass::Set ||
         statement.statement_class == StatementClass::Reset;
}

// Running it by its name may change settings: what a PREPARE or DECLARE holds is no command.
bool keeps_set_config(const StatementVerdict& statement) {
  if (statement.facts == nullptr) return false;
  const bool keeps = statement.effect.kind == Effect::Kind::Prepare ||
                     statement.effect.kind == Effect::Kind::Declare;
  return keeps && std::ranges::any_of(statement.facts->calls, [](const policy::CallUse& call) {
           return std::ranges::any_of(call.candidates, [](const policy::catalog::Function* one) {
             return one->name == "set_config";
           });
         });
}

bool sets_transaction(const StatementVerdict& statement) {
  return statement.effect.kind == Effect::Kind::SetGuc &&
         statement.effect.name.starts_with("transaction_");
}

// What comes behind runs in another transaction, or in another state of it.
bool ends_transaction(const StatementVerdict& statement) {
  return statement.effect.kind == Effect::Kind::EndTransaction ||
         statement.effect.kind == Effect::Kind::RollbackTo;
}

bool changes_names(const StatementVerdict& statement) {
  return statement.effect.kind == Effect::Kind::Prepare ||
         statement.effect.kind == Effect::Kind::Deallocate ||
         statement.effect.kind == Effect::Kind::DiscardAll;
}

bool runs_unread_code(const StatementVerdict& statement) {
  return statement.statement_class == StatementClass::Do ||
         statement.statement_class == StatementClass::Call;
}

// A probe would take the snapshot that is to be taken after this.
bool precedes_snapshot(const StatementVerdict& statement) {
  return statement.statement_class == StatementClass::Lock || sets_transaction(statement);
}

// EXPLAIN EXECUTE computes the arguments.
bool has_volatile_arguments(const StatementVerdict& statement) {
  if (statement.facts == nullptr) return false;
  return std::ranges::any_of(statement.facts->calls, [](const policy::CallUse& call) {
    return std::ranges::any_of(call.candidates, [](const policy::catalog::Function* function) {
      return function->volatility == 'v';
    });
  });
}

// As the server gets it. Empty: it cannot be told.
std::string_view planned_text(std::string_view sql, const policy::Verdict& verdict,
                              const StatementVerdict& statement) {
  if (statement.planned_bytes == 0) return {};
  if (verdict.rewritten.empty())
    return sql.substr(statement.planned_offset, statement.planned_bytes);
  StatementVerdict planned;
  planned.offset = statement.planned_offset;
  planned.bytes = statement.planned_bytes;
  return policy::rewritten_part(verdict, planned);
}

}  // namespace

bool Session::changes_plans(const StatementVerdict& statement) {
  if (policy::changes_catalog(statement.statement_class) || runs_unread_code(statement))
    return true;
  const Effect& effect = statement.effect;
  if (effect.kind == Effect::Kind::DiscardAll) return true;
  if (effect.kind != Effect::Kind::SetGuc || sets_transaction(statement)) return false;
  // A query may set more than the one that its effect names.
  return !sets_by_command(statement) ||
         std::ranges::find(kPlanlessSettings, effect.name) == kPlanlessSettings.end();
}

// From here on plans are found anew: what was changed may be taken back when the transaction ends.
void Session::note_changed_plans(const policy::Verdict& verdict, const Expected& entry) {
  if (!profile().plan) return;
  if (std::ranges::any_of(verdict.statements, keeps_set_config)) keeps_set_config_ = true;
  if (std::ranges::none_of(verdict.statements, changes_plans)) return;
  plans_changed_by_ = entry.request_id;
  plans_changed_seq_ = entry.seq;
}

void Session::settle_changed_plans() {
  if (plans_changed_seq_ > ready_seq_ || status_ != pgwire::TransactionStatus::Idle) return;
  plans_changed_seq_ = 0;
}

// What other messages find, it would find as well, and they what it finds.
bool Session::shares_plan(const PlanNeed& need) const {
  return need.is_immutable && ddl_seq_ == 0 && plans_changed_seq_ == 0 && !keeps_set_config_;
}

// Of a statement in the middle of a Query, by those before it. Empty: a probe before the Query sees
// what the statement will see.
std::string_view Session::obstacle_before(const policy::Verdict& verdict,
                                          const PlanNeed& need) const {
  const bool is_in_transaction = status_ != pgwire::TransactionStatus::Idle;
  const bool executes = verdict.statements[need.part].effect.kind == Effect::Kind::Execute;
  for (std::size_t i = 0; i < need.part; ++i) {
    const StatementVerdict& earlier = verdict.statements[i];
    const bool sets = earlier.effect.kind == Effect::Kind::SetGuc;
    if (changes_plans(earlier) || (sets && !need.is_immutable)) {
      return "a statement before it may change its plan";
    }
    if (executes && changes_names(earlier)) return "it is prepared in the same message";
    if (is_in_transaction && (ends_transaction(earlier) || precedes_snapshot(earlier))) {
      return "a statement before it changes the transaction";
    }
  }
  return {};
}

// What an EXECUTE runs, into `need`. False: nothing that needs a plan, or nothing that is known.
bool Session::find_executed(const Effect& effect, std::uint64_t unit, PlanNeed& need) const {
  const Effect* next = &effect;
  for (std::size_t depth = 0; depth < kExecutedDepthMax; ++depth) {
    const PreparedRef prepared = statements_.look_up(next->name, unit).prepared;
    if (prepared == nullptr || prepared->judged() == nullptr) return false;
    need.judged = prepared->judged();
    need.is_immutable = need.is_immutable && is_immutable(*need.judged);
    append_number(need.executed, prepared->server_text().size());
    need.executed.append(prepared->server_text());
    append_number(need.executed, prepared->parameter_types.size());
    for (const std::uint32_t type : prepared->parameter_types) append_number(need.executed, type);
    if (prepared->effect().kind != Effect::Kind::Execute) return need.judged->needs_plan;
    next = &prepared->effect();
  }
  need.obstacle = "it executes too many statements through one another";
  return true;
}

// Nothing: its facts bound it.
std::optional<PlanNeed> Session::plan_need(std::string_view sql, const policy::Verdict& verdict,
                                           Place place) const {
  const StatementVerdict& statement = verdict.statements[place.part];
  const bool executes = statement.effect.kind == Effect::Kind::Execute;
  if (!profile().plan || (!statement.needs_plan && !executes)) return std::nullopt;
  if (statement.effect.kind == Effect::Kind::Prepare) return std::nullopt;  // when it is executed
  const bool is_shown_only = statement.statement_class == StatementClass::Explain;
  if (is_shown_only && !statement.needs_plan) return std::nullopt;
  PlanNeed need;
  need.part = place.part;
  need.judged = &statement;
  need.is_immutable = is_immutable(statement);
  if (executes && !find_executed(statement.effect, place.unit, need)) return std::nullopt;
  need.text = planned_text(sql, verdict, statement);
  if (need.text.empty()) need.obstacle = "it has no plan that could be shown";
  if (executes && has_volatile_arguments(statement)) {
    need.obstacle = "its arguments call a volatile function";
  }
  if (need.obstacle.empty()) need.obstacle = obstacle_before(verdict, need);
  return need;
}

}  // namespace gateway::session
