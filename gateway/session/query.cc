// SPDX-License-Identifier: Apache-2.0
// Query: every statement of it is judged before a byte of it is sent.
#include <algorithm>
#include <string>
#include <utility>

#include "gateway/session/session.h"

namespace gateway::session {
namespace {

using policy::Effect;

}  // namespace

Session::Flow Session::on_query(const Message& message, Output& out) {
  if (is_too_long(message)) return refuse_too_long(message, out);
  const auto query = pgwire::read_query(message.body());
  if (!query) {
    const bool has_end = message.body().find('\0') != std::string_view::npos;
    return refuse_malformed(message,
                            has_end ? "invalid message format" : "invalid string in message", out);
  }
  const auto judged = judge(message, {query->sql, {}}, out);
  if (!judged) return judged.error();
  const VerdictRef& verdict = *judged;

  const std::uint64_t unit = unit_ + 1;  // of its own: what follows does not depend on its success
  const auto quoting = predict_query(message, verdict, unit, out);
  if (!quoting) return quoting.error();
  if (const auto flow = need_server(message, query->sql, out)) {
    withdraw_predictions();
    return *flow;
  }
  if (const auto flow = gate_query(message, verdict, out)) return *flow;
  if (const auto flow = not_started(message, query->sql, verdict->statements, out)) return *flow;
  const std::uint64_t first_request = shared_.next_request_id;
  for (std::size_t i = 0; i < verdict->statements.size(); ++i) {
    const auto& statement = verdict->statements[i];
    decide({.sql = query->sql.substr(statement.offset, statement.bytes),
            .rewritten = policy::rewritten_part(*verdict, statement),
            .plan = plan_of(i)},
           statement, out);
  }
  unit_ = unit;
  Expected& entry = forward_query(message, *verdict, out);
  note_quoting(entry, *quoting, query->sql, *verdict);
  entry.request_id = first_request;
  entry.statements = static_cast<std::uint32_t>(verdict->statements.size());
  entry.copies_in = static_cast<std::uint32_t>(
      std::ranges::count(verdict->statements, Effect::Kind::CopyIn,
                         [](const auto& statement) { return statement.effect.kind; }));
  if (entry.copies_in > 0) start_copy(entry);
  for (const auto& statement : verdict->statements) note_begin(statement.effect, entry);
  note_ddl(*verdict, entry);
  note_changed_plans(*verdict, entry);
  for (const auto& statement : verdict->statements) note_resets(statement.effect);
  restore_settings(out);
  ++unit_;
  return Flow::Done;
}

// Predicts what each statement of the Query does to names, and what its errors may quote: of what a
// name stands for when its turn comes, not behind the last statement. Else what became of the
// message.
std::expected<Session::Quoting, Session::Flow> Session::predict_query(const Message& message,
                                                                      const VerdictRef& verdict,
                                                                      std::uint64_t unit,
                                                                      Output& out) {
  Quoting quoting = Quoting::Nothing;
  const std::string_view sql = pgwire::read_query(message.body())->sql;
  predict_query_start(unit);
  plan_needs_.clear();
  for (std::size_t i = 0; i < verdict->statements.size(); ++i) {
    const auto& statement = verdict->statements[i];
    if (const auto flow = judge_named_again(message, statement.effect, unit, out)) {
      withdraw_predictions();
      return std::unexpected(*flow);
    }
    if (may_quote_hidden(statement, unit)) quoting = Quoting::Hidden;
    if (auto need = plan_need(sql, *verdict, {i, unit})) plan_needs_.push_back(*std::move(need));
    PreparedRef text;
    if (keeps_text(statement.effect)) {
      const Names& names = kept_in(statement.effect);
      if (!names.has_room()) {
        withdraw_predictions();
        return std::unexpected(no_room(message, sql, names, out));
      }
      text = std::make_shared<Prepared>();
      text->is_contained = true;
      text->sql = sql.substr(statement.offset, statement.bytes);
      if (const auto part = policy::rewritten_part(*verdict, statement); !part.empty()) {
        text->rewritten = std::make_shared<const policy::Rewritten>(
            policy::Rewritten{.original = text->sql, .text = std::string(part)});
      }
      text->verdict = verdict;
      text->statement = i;
      text->fingerprint = statement.fingerprint;
    }
    const Names::Belief belief = predict(statement.effect, std::move(text), {i, unit});
    if (belief == Names::Belief::Known) continue;
    return std::unexpected(not_executable(message, sql, {belief, statement.effect.name}, out));
  }
  return quoting;
}

}  // namespace gateway::session
