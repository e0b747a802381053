// SPDX-License-Identifier: Apache-2.0
// The extended protocol: a text is judged where it is parsed, and again where it is bound or run
// when the policy or the catalog has changed since.
#include <string>
#include <utility>
#include <vector>

#include "gateway/pgwire/sqlstate.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

using policy::Effect;

std::vector<std::uint32_t> parameter_types(const pgwire::Parse& parse) {
  std::vector<std::uint32_t> types(parse.parameter_count());
  for (std::size_t i = 0; i < types.size(); ++i) types[i] = parse.parameter_type(i);
  return types;
}

bool is_reserved(std::string_view name) {
  return name_key(name) == policy::kReservedName || name_key(name) == policy::kPlanName;
}

Refusal reserved_name(std::string_view name) {
  return server_like(pgwire::sqlstate::kReservedName,
                     "the name \"" + std::string(name) + "\" is reserved for the gateway");
}

// A plan that is warned of belongs to one portal: its Execute is a decision of its own.
PreparedRef with_warnings(const PreparedRef& prepared, PlanRef plan) {
  if (!plan || plan->warnings.empty()) return prepared;
  auto portals_own = std::make_shared<Prepared>(*prepared);
  portals_own->request_id = 0;
  portals_own->plan = std::move(plan);
  return portals_own;
}

}  // namespace

Session::Flow Session::on_parse(const Message& message, Output& out) {
  if (is_too_long(message)) return refuse_too_long(message, out);
  const auto parse = pgwire::read_parse(message.body());
  if (!parse) return refuse_malformed(message, "invalid message format", out);
  if (is_reserved(parse->statement))
    return refuse(message, parse->sql, reserved_name(parse->statement), out);
  if (!statements_.has_room()) return no_room(message, parse->sql, statements_, out);
  auto types = parameter_types(*parse);
  const auto judged = judge(message, {parse->sql, types}, out);
  if (!judged) return judged.error();
  const VerdictRef& verdict = *judged;
  if (const auto flow = need_server(message, parse->sql, out)) return *flow;

  auto prepared = std::make_shared<Prepared>();
  prepared->sql = parse->sql;
  if (!verdict->rewritten.empty()) {
    prepared->rewritten =
        std::make_shared<const policy::Rewritten>(policy::rewritten_by(parse->sql, *verdict));
  }
  prepared->parameter_types = std::move(types);
  prepared->verdict = verdict;
  prepared->unit = unit_;
  if (!verdict->statements.empty()) {
    const auto& statement = verdict->statements.front();
    prepared->fingerprint = statement.fingerprint;
    prepared->request_id =
        decide({.sql = parse->sql,
                .rewritten = verdict->rewritten,
                .check = statement.needs_plan ? PlanCheck::Skipped : PlanCheck::Passed},
               statement, out);
    parses_.push_back(prepared);
  }
  const std::uint64_t seq = next_seq_;
  const std::string key(name_key(parse->statement));
  // The server drops the unnamed statement before it looks at the new text.
  if (key.empty()) statements_.predict({.seq = seq, .unit = unit_, .when = Names::When::Failure});
  statements_.predict({.seq = seq, .unit = unit_, .name = key, .prepared = prepared});
  Expected& entry = forward_parse(message, *verdict, out);
  entry.request_id = prepared->request_id;
  note_quoting(entry, *prepared);
  return Flow::Done;
}

Session::Flow Session::on_bind(const Message& message, Output& out) {
  const auto head = pgwire::read_bind_head(message.body());
  if (!head) return refuse_malformed(message, "invalid message format", out);
  if (is_reserved(head->portal)) return refuse(message, "", reserved_name(head->portal), out);
  if (!portals_.has_room()) return no_room(message, "", portals_, out);
  if (const auto flow = check_names(head->statement, statements_, message, out)) return *flow;
  if (const auto flow = need_server(message, "", out)) return *flow;
  PreparedRef prepared = statements_.look_up(head->statement, unit_).prepared;
  if (const auto flow = judge_again(message, *prepared, out)) return *flow;
  if (const auto flow = gate_bind(message, *prepared, out)) return *flow;
  prepared = with_warnings(prepared, plan_of(prepared->statement));
  portals_.predict({.seq = next_seq_,
                    .unit = unit_,
                    .name = std::string(name_key(head->portal)),
                    .prepared = prepared});
  const std::uint64_t request = prepared->unit == unit_ ? prepared->request_id : 0;
  Expected& entry = forward(message, ReplyKind::Bind, out);
  entry.request_id = request;
  note_quoting(entry, *prepared);
  return Flow::Done;
}

Session::Flow Session::on_describe(const Message& message, Output& out) {
  const auto describe = pgwire::read_describe(message.body());
  if (!describe) return refuse_malformed(message, "invalid message format", out);
  const bool is_statement = describe->target == pgwire::Target::Statement;
  const Names& names = is_statement ? statements_ : portals_;
  if (const auto flow = check_names(describe->name, names, message, out)) return *flow;
  if (const auto flow = need_server(message, "", out)) return *flow;
  const Expected& entry = forward(
      message, is_statement ? ReplyKind::DescribeStatement : ReplyKind::DescribePortal, out);
  if (!is_statement) note_described(describe->name, entry);
  return Flow::Done;
}

Session::Flow Session::on_execute(const Message& message, Output& out) {
  const auto execute = pgwire::read_execute(message.body());
  if (!execute) return refuse_malformed(message, "invalid message format", out);
  if (const auto flow = check_names(execute->portal, portals_, message, out)) return *flow;
  const PreparedRef prepared = portals_.look_up(execute->portal, unit_).prepared;
  if (const auto flow = judge_again(message, *prepared, out)) return *flow;
  const policy::StatementVerdict* statement = prepared->judged();
  std::uint64_t request = 0;
  if (statement != nullptr) {
    const Effect& effect = prepared->effect();
    if (const auto flow = judge_named_again(message, effect, unit_, out)) return *flow;
    if (const auto flow = gate_execute(message, *prepared, out)) return *flow;
    PreparedRef text;
    if (keeps_text(effect)) {
      if (!kept_in(effect).has_room()) return no_room(message, prepared->sql, kept_in(effect), out);
      text = std::make_shared<Prepared>();
      text->sql = prepared->sql;
      text->rewritten = prepared->rewritten;
      text->parameter_types = prepared->parameter_types;
      text->verdict = prepared->verdict;
      text->fingerprint = prepared->fingerprint;
      text->is_contained = true;
    }
    const Names::Belief belief = predict(effect, std::move(text), {0, unit_});
    if (belief != Names::Belief::Known) {
      return not_executable(message, prepared->sql, {belief, effect.name}, out);
    }
    if (const auto flow = not_started(message, prepared->sql, {statement, 1}, out)) return *flow;
    // The first Execute in the unit of its Parse continues the request that the Parse began.
    const bool continues =
        !prepared->claimed && prepared->unit == unit_ && prepared->request_id != 0;
    request = continues ? prepared->request_id
                        : decide(decided(*prepared, plan_of(prepared->statement)), *statement, out);
    if (continues) prepared->claimed = true;
  }
  describe_first(execute->portal, *prepared, request, out);
  Expected& entry = forward(message, ReplyKind::Execute, out);
  entry.request_id = request;
  note_quoting(entry, *prepared);
  note_begin(prepared->effect(), entry);
  if (statement != nullptr) note_resets(statement->effect);
  if (prepared->verdict) {
    note_ddl(*prepared->verdict, entry);
    note_changed_plans(*prepared->verdict, entry);
  }
  if (prepared->effect().kind == Effect::Kind::CopyIn) {
    entry.copies_in = 1;
    start_copy(entry);
  }
  return Flow::Done;
}

Session::Flow Session::on_close(const Message& message, Output& out) {
  const auto close = pgwire::read_describe(message.body());
  if (!close) return refuse_malformed(message, "invalid message format", out);
  if (const auto flow = need_server(message, "", out)) return *flow;
  Names& names = close->target == pgwire::Target::Statement ? statements_ : portals_;
  names.predict({.seq = next_seq_, .unit = unit_, .name = std::string(name_key(close->name))});
  forward(message, ReplyKind::Close, out);
  return Flow::Done;
}

}  // namespace gateway::session
