// SPDX-License-Identifier: Apache-2.0
// FunctionCall: a function by its OID, with arguments that stream past unread.
#include "policy/function_call.h"

#include "gateway/session/session.h"

namespace gateway::session {
namespace {

constexpr std::uint32_t kBodyBytesMin = 10;  // of a call without arguments

}  // namespace

Session::Flow Session::on_function_call(const Message& message, Output& out) {
  if (message.header.body_bytes < kBodyBytesMin) {
    return refuse_malformed(message, "insufficient data left in message", out);
  }
  const std::uint32_t function = pgwire::read_function_call(message.body());
  const std::string text = policy::call_text(function, profile());
  if (const auto flow = not_judged_now(message, text, out)) return *flow;
  const std::string& why_not = settings_.standing.unavailable;
  if (!why_not.empty()) return refuse(message, text, no_catalog(why_not), out);
  const auto verdict =
      std::make_shared<const policy::Verdict>(policy::judge_call(function, profile()));
  if (!verdict->allowed()) return refuse(message, text, refusal_of(*verdict), out);
  if (const auto flow = denied(message, text, verdict->statements, out)) return *flow;
  if (const auto flow = on_changed_schema(message, text, *verdict, out)) return *flow;
  if (const auto flow = need_server(message, text, out)) return *flow;
  if (const auto flow = not_started(message, text, verdict->statements, out)) return *flow;

  ++unit_;
  const std::uint64_t request = decide({text, {}}, verdict->statements.front(), out);
  Expected& entry = forward(message, ReplyKind::Query, out);
  entry.request_id = request;
  entry.statements = 1;
  entry.is_function_call = true;
  note_quoting(
      entry,
      may_quote_hidden(verdict->statements.front(), unit_) ? Quoting::Hidden : Quoting::Nothing,
      text, *verdict);
  ++unit_;
  return Flow::Done;
}

}  // namespace gateway::session
