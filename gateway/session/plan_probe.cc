// SPDX-License-Identifier: Apache-2.0
// How a plan is asked for, and what comes back: EXPLAIN before the server's text of the statement.
// A probe is not the client's statement: no decision is recorded for it, and nothing of it but an
// error is shown.
#include <utility>

#include "gateway/pgwire/own_comment.h"
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/plan_refusals.h"
#include "gateway/session/session.h"
#include "policy/rules/access.h"

namespace gateway::session {
namespace {

using policy::Violation;

std::string probe_prefix(const policy::StatementVerdict& statement) {
  return std::string(pgwire::kPlanComment) + policy::explain_prefix(statement);
}

// The probe as what the client's text became: positions in it are then told in the client's text.
std::shared_ptr<const policy::Rewritten> placed_in(std::string_view sql,
                                                   const policy::Verdict& verdict,
                                                   const policy::StatementVerdict& statement,
                                                   std::string probe) {
  const std::size_t begin = statement.planned_offset, end = begin + statement.planned_bytes;
  auto placed = std::make_shared<policy::Rewritten>();
  placed->original = sql;
  placed->text = std::move(probe);
  placed->replacements.push_back({0, begin, probe_prefix(statement).size()});
  for (const policy::Replacement& each : verdict.replacements) {
    if (each.offset >= begin && each.offset < end) placed->replacements.push_back(each);
  }
  if (end < sql.size()) placed->replacements.push_back({end, sql.size() - end, 0});
  return placed;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// Our names in an error stand for the client's: the portal in its context, the statement elsewhere.
void show_names(std::string& error, const PlanQuestion& question) {
  const std::string ours(policy::kPlanName);
  replace_all(error, "portal \"" + ours + '"',
              question.portal.empty() ? "unnamed portal" : "portal \"" + question.portal + '"');
  replace_all(error, ours, question.prepared);
}

std::string type_bytes(std::span<const std::uint32_t> types) {
  std::string bytes;
  for (const std::uint32_t type : types) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<char>(type >> shift & 0xFF));
    }
  }
  return bytes;
}

bool is_query(char type) { return type == pgwire::frontend::kQuery; }

}  // namespace

std::string plan_document(std::string_view rows) {
  std::string document;
  while (!rows.empty()) {
    const auto header = pgwire::read_header(rows);
    if (!header || !*header || rows.size() < (*header)->frame_bytes()) return {};
    const std::string_view frame = rows.substr(0, (*header)->frame_bytes());
    const auto row = pgwire::read_data_row(frame.substr(pgwire::kHeaderBytes));
    if (!row || row->size() != 1 || !row->front()) return {};
    if (!document.empty()) document.push_back('\n');
    document.append(*row->front());
    rows.remove_prefix(frame.size());
  }
  return document;
}

// The message is held until the answer is there.
Session::Flow Session::ask(const Message& message, const Gated& gated, const PlanNeed& need,
                           Output& out) {
  withdraw_predictions();
  question_.emplace();
  question_->key = plan_key(need);
  question_->asked_at = now_;
  question_->timeout = profile().plan->timeout;
  question_->sql = gated.sql;
  question_->verdict = gated.verdict;
  question_->statement = gated.statement;
  const std::string probe = probe_prefix(*gated.statement) + std::string(need.text);
  question_->placed = placed_in(gated.sql, *gated.verdict, *gated.statement, probe);
  if (message.type() == pgwire::frontend::kBind) {
    const auto head = pgwire::read_bind_head(message.body());
    question_->portal = head->portal;
    question_->prepared = head->statement;
  }
  if (is_query(message.type())) {
    send_query_probe(probe, out);
  } else {
    send_unit_probe(probe, need, out);
  }
  hold_ = Hold::Plan;
  return Flow::Hold;
}

void Session::expect_probe(ReplyKind kind) {
  Expected& entry = expect(kind, Treatment::Probe);
  entry.rewritten = question_->placed;
  question_->last_seq = entry.seq;
}

void Session::send_query_probe(const std::string& probe, Output& out) {
  predict_query_start(unit_);
  out.to_server.write([&](std::string& text) { pgwire::write_query(text, probe); });
  expect_probe(ReplyKind::Query);
}

// With the client's own types and values, inside its implicit transaction.
void Session::send_unit_probe(const std::string& probe, const PlanNeed& need, Output& out) {
  // After an error the last one's statement is still there.
  if (std::exchange(probe_may_remain_, false)) close_probe(out);
  const pgwire::BindHead head{.portal = policy::kPlanName, .statement = policy::kPlanName};
  out.to_server.write([&](std::string& text) {
    pgwire::write_parse(text, {policy::kPlanName, probe, type_bytes(need.parameter_types)});
    if (need.values.empty()) {
      pgwire::write_bind(text, head.portal, head.statement);
    } else {
      pgwire::write_bind(text, head, need.values);
    }
    pgwire::write_execute(text, {policy::kPlanName, 0});
  });
  for (const ReplyKind kind : {ReplyKind::Parse, ReplyKind::Bind, ReplyKind::Execute}) {
    expect_probe(kind);
  }
  close_probe(out);
  out.to_server.write([](std::string& text) { pgwire::write_flush(text); });
  unit_open_ = true;
}

void Session::close_probe(Output& out) {
  for (const auto target : {pgwire::Target::Portal, pgwire::Target::Statement}) {
    out.to_server.write(
        [&](std::string& text) { pgwire::write_close(text, {target, policy::kPlanName}); });
    expect_probe(ReplyKind::Close);
  }
}

// Rows of a probe. What is too long is cut, and no plan then.
void Session::collect(std::string_view bytes) {
  if (!question_ || question_->rows.size() > policy::kPlanBytesMax) return;
  question_->rows.append(bytes);
}

// Its entry leaves the queue.
void Session::note_probe_end(const Expected& entry) {
  if (!question_ || entry.treatment != Treatment::Probe || entry.seq != question_->last_seq) return;
  question_->stage = entry.failed ? PlanQuestion::Stage::Failed : PlanQuestion::Stage::Answered;
  recorder_.on_planned(now_ - question_->asked_at);
}

// The server's error is the client's answer. In a unit it is so at once, for the server skips what
// follows; a Query is answered when the probe's ReadyForQuery has told how things stand.
void Session::on_probe_error(const Message& reply, const pgwire::ErrorFields& fields, Output& out) {
  Expected& entry = replies_.front();
  entry.failed = true;
  statements_.failed(entry.seq);
  portals_.failed(entry.seq);
  portals_.doubt_fresh();
  if (!question_) return;
  question_->error_text = fields.message;
  question_->error_sqlstate = fields.sqlstate;
  if (reply.whole()) {
    std::string body = told_text(reply).value_or(std::string(reply.body()));
    show_names(body, *question_);
    pgwire::Writer(question_->error).begin(pgwire::backend::kErrorResponse).bytes(body).end();
  } else {
    pgwire::write_error(question_->error,
                        {.sqlstate = fields.sqlstate,
                         .message = "the statement could not be planned; why is too long to tell"});
  }
  if (entry.kind != ReplyKind::Query) end_probed_unit(out);
}

void Session::end_probed_unit(Output& out) {
  using Interruption = PlanQuestion::Interruption;
  recorder_.on_planned(now_ - question_->asked_at);
  const PlanQuestion question = *std::exchange(question_, std::nullopt);
  const Gated gated{question.sql, question.verdict, question.statement};
  const bool is_timeout = question.interruption == Interruption::Timeout;
  const Violation violation = is_timeout ? planning_timed_out(question.timeout) : planning_failed();
  const Refusal refusal = question.interruption == Interruption::Client
                              ? cancelled()
                              : plan_refusal(gated, {&violation, 1});
  record_denied(gated.sql, refusal, question.server_error());
  if (cut_ == Cut::None) {
    out.to_client.write([&](std::string& text) {
      if (is_timeout) return write_refusal(text, refusal);
      text.append(question.error);
    });
  }
  probe_may_remain_ = true;
  drop_front();
  skip_to_sync(0, {});
  discard_ = Discard::UntilSyncServer;
}

// Time passes: a probe that runs for too long is cancelled.
void Session::interrupt_probe(TimePoint now, Output& out) {
  if (!is_asking() || replies_.empty()) return;
  if (replies_.front().treatment != Treatment::Probe) return;
  if (!question_->running_since) question_->running_since = now;
  if (is_cancelling_ || now - *question_->running_since < question_->timeout) return;
  if (question_->interruption == PlanQuestion::Interruption::None) {
    question_->interruption = PlanQuestion::Interruption::Timeout;
  }
  question_->running_since = now;  // should the cancel come to nothing, another one follows
  is_cancelling_ = true;
  out.cancel_server = true;
}

}  // namespace gateway::session
