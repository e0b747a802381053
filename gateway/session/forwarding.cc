// SPDX-License-Identifier: Apache-2.0
// What is sent on, and what it will have changed when the server has done it.
#include "gateway/pgwire/writer.h"
#include "gateway/session/login_settings.h"
#include "gateway/session/session.h"
#include "policy/rules/access.h"

namespace gateway::session {

// Nothing when there is a server; else the message is held, or refused because none could be had.
std::optional<Session::Flow> Session::need_server(const Message& message, std::string_view sql,
                                                  Output& out) {
  if (attached_) return std::nullopt;
  if (unavailable_) {
    const Refusal refusal = std::move(*unavailable_);
    unavailable_.reset();
    return refuse(message, sql, refusal, out);
  }
  hold_ = Hold::Server;
  return Flow::Hold;
}

Expected& Session::expect(ReplyKind kind, Treatment treatment) {
  note_sent();
  Expected& entry = replies_.add();
  entry.kind = kind;
  entry.treatment = treatment;
  entry.may_quote_hidden = hides_anything();  // unless more is known
  entry.is_guarded = is_enforced();
  entry.access = profile().access;
  entry.seq = next_seq_++;
  entry.unit = unit_;
  entry.sent_at = now_;
  return entry;
}

Expected& Session::forward(const Message& message, ReplyKind kind, Output& out) {
  out.to_server.forward(message.frame);
  client_body_ = Body::Forward;
  Expected& entry = expect(kind);
  if (kind != ReplyKind::Query) unit_open_ = true;
  return entry;
}

// What was rewritten goes in place of the client's text; nothing of the client's frame follows it.
Expected& Session::forward_query(const Message& message, const policy::Verdict& verdict,
                                 Output& out) {
  if (verdict.rewritten.empty()) return forward(message, ReplyKind::Query, out);
  out.to_server.write([&](std::string& text) { pgwire::write_query(text, verdict.rewritten); });
  return expect(ReplyKind::Query);
}

Expected& Session::forward_parse(const Message& message, const policy::Verdict& verdict,
                                 Output& out) {
  if (verdict.rewritten.empty()) return forward(message, ReplyKind::Parse, out);
  const auto parse = pgwire::read_parse(message.body());
  out.to_server.write([&](std::string& text) {
    pgwire::write_parse(text, {parse->statement, verdict.rewritten, parse->parameter_types});
  });
  Expected& entry = expect(ReplyKind::Parse);
  unit_open_ = true;
  return entry;
}

// The server keeps replies back until a Sync, Query or Flush, and the client has perhaps sent none.
Session::Flow Session::wait_for_replies(Output& out) {
  hold_ = Hold::Replies;
  if (unit_open_ && flushed_seq_ != next_seq_) {
    flushed_seq_ = next_seq_;
    out.to_server.write([](std::string& text) { pgwire::write_flush(text); });
  }
  return Flow::Hold;
}

// Nothing more is sent until the server has said that it copies, or has not done it: whether it
// reads or ignores a Sync depends on that.
void Session::start_copy(const Expected& entry) {
  copy_ = Copy::Starting;
  copy_seq_ = entry.seq;
}

// COMMIT AND CHAIN opens a transaction, too.
void Session::note_begin(const policy::Effect& effect, const Expected& entry) {
  using Kind = policy::Effect::Kind;
  if (effect.kind != Kind::Begin && effect.kind != Kind::EndTransaction) return;
  begun_seq_ = entry.seq;
}

std::uint64_t Session::decide(const Decided& decided, const policy::StatementVerdict& statement,
                              Output& out) {
  const auto& access = profile().access;
  const bool is_warned_of_plan = decided.plan && !decided.plan->warnings.empty();
  std::span<const policy::Violation> told = statement.warnings;
  std::vector<policy::Violation> warnings;
  if (is_warned_of_plan) {
    warnings = statement.warnings;
    warnings.insert(warnings.end(), decided.plan->warnings.begin(), decided.plan->warnings.end());
    told = warnings;
  }
  const std::uint64_t request = shared_.next_request_id++;
  recorder_.on_decision({.request_id = request,
                         .sql = decided.sql,
                         .statement_class = policy::name(statement.statement_class),
                         .fingerprint = statement.fingerprint,
                         .policy_epoch = profile().epoch,
                         .violations = told,
                         .rewritten_sql = decided.rewritten,
                         .facts = statement.facts.get(),
                         .snapshot = access == nullptr ? nullptr : &access->snapshot(),
                         .plan = !profile().plan     ? PlanCheck::Skipped
                                 : is_warned_of_plan ? PlanCheck::Warned
                                                     : decided.check});
  out.decided = true;
  return request;
}

// Notes what the statement does to names. Known: it may be sent. Unsettled, Absent: of the prepared
// statement that it executes.
Names::Belief Session::predict(const policy::Effect& effect, PreparedRef text, Place place) {
  using Kind = policy::Effect::Kind;
  if (effect.kind == Kind::None) return Names::Belief::Known;
  if (effect.kind == Kind::Execute) return statements_.believe(effect.name, place.unit);
  Names::Change change{
      .seq = next_seq_, .part = place.part, .unit = place.unit, .name = effect.name};
  switch (effect.kind) {
    case Kind::Prepare:
      change.prepared = std::move(text);
      statements_.predict(std::move(change));
      break;
    case Kind::Declare:
      change.prepared = std::move(text);
      change.holdable = effect.holdable;
      portals_.predict(std::move(change));
      break;
    case Kind::Deallocate:
      change.all = change.named_only = effect.name.empty();
      statements_.predict(std::move(change));
      break;
    case Kind::CloseCursor:
      change.all = effect.name.empty();
      portals_.predict(std::move(change));
      break;
    case Kind::DiscardAll:
      change.all = true;
      portals_.predict(Names::Change(change));
      change.named_only = true;
      statements_.predict(std::move(change));
      break;
    case Kind::None:
    case Kind::Execute:
    case Kind::Fetch:  // from a cursor that a function may have opened: its own text was judged
    case Kind::Begin:
    case Kind::EndTransaction:  // what it ends is read off ReadyForQuery
    case Kind::RollbackTo:
    case Kind::SetGuc:  // none that a verdict depends on may be set
    case Kind::CopyIn:
    case Kind::CopyOut: break;
  }
  return Names::Belief::Known;
}

// A Query drops the unnamed statement and portal before anything else.
void Session::predict_query_start(std::uint64_t unit) {
  for (Names* names : {&statements_, &portals_}) {
    names->predict({.seq = next_seq_, .unit = unit, .when = Names::When::Reached});
  }
}

void Session::withdraw_predictions() {
  statements_.withdraw(next_seq_);
  portals_.withdraw(next_seq_);
}

// Which of the client's settings will have the server's defaults.
void Session::note_resets(const policy::Effect& effect) {
  using Kind = policy::Effect::Kind;
  const bool is_all = effect.kind == Kind::DiscardAll || (effect.resets && effect.name.empty());
  if (effect.kind != Kind::SetGuc && !is_all) return;
  std::erase_if(reset_, [&](const auto& each) { return is_all || each.first == effect.name; });
  if (!is_all && !effect.resets) return;
  for (const auto& each : client_settings_) {
    if (is_all || each.first == effect.name) reset_.push_back(each);
  }
}

// To a client the default is what it asked for at start-up. In a block a query would take a
// snapshot, so there they are SET: a RESET that failed has aborted it.
void Session::restore_settings(Output& out) {
  if (reset_.empty()) return;
  if (copy_ != Copy::None) restores_later_ = true;  // a Query would end it
  if (restores_later_) return;
  const std::string sql = will_be_idle() ? restoring_sql(reset_, server_defaults_)
                                         : settings_sql(reset_, server_defaults_);
  reset_.clear();
  if (sql.empty()) return;
  restoring_seq_ = next_seq_;
  send_settings(sql, out).restores = true;
}

Expected& Session::send_settings(const std::string& sql, Output& out) {
  predict_query_start(unit_);
  out.to_server.write([&](std::string& text) { pgwire::write_query(text, sql); });
  return expect(ReplyKind::Query, Treatment::Skip);
}

}  // namespace gateway::session
