// SPDX-License-Identifier: Apache-2.0
// What is known of a message when the server's error or notice about it comes back: whether it may
// quote what the client may not read, and in which text it tells positions.
#include <algorithm>
#include <utility>

#include "gateway/pgwire/writer.h"
#include "gateway/session/error_relay.h"
#include "gateway/session/session.h"
#include "policy/rules/access.h"

namespace gateway::session {

// Without a catalog nobody knows what is hidden.
bool Session::hides_anything() const {
  const auto& access = profile().access;
  if (!settings_.standing.unavailable.empty()) return true;
  return access != nullptr && access->hides_anything();
}

// What EXECUTE and FETCH run answers for itself; a cursor may be a function's, which nothing tells.
bool Session::may_quote_hidden(const policy::StatementVerdict& statement,
                               std::uint64_t unit) const {
  using Kind = policy::Effect::Kind;
  const policy::Effect& effect = statement.effect;
  if (!hides_anything()) return false;
  if (profile().access == nullptr) return true;
  const bool runs_another = effect.kind == Kind::Execute || effect.kind == Kind::Fetch;
  if (statement.may_quote_hidden || !runs_another) return statement.may_quote_hidden;
  const Names& names = effect.kind == Kind::Execute ? statements_ : portals_;
  const auto found = names.look_up(effect.name, unit);
  if (found.belief != Names::Belief::Known || found.prepared == nullptr) return true;
  const auto* judged = found.prepared->judged();
  const Kind own = found.prepared->effect().kind;
  const bool runs_a_third = own == Kind::Execute || own == Kind::Fetch;
  return judged == nullptr || runs_a_third || judged->may_quote_hidden;
}

// What is hidden is settled when the message is sent, not when it is answered.
//
// Of a Query or FunctionCall; `quoting` tells of its own statements. It ends an implicit
// transaction that messages before it began, too: their deferred constraints and triggers then run.
void Session::note_quoting(Expected& entry, Quoting quoting, std::string_view sql,
                           const policy::Verdict& verdict) const {
  entry.may_quote_hidden = quoting == Quoting::Hidden || (unit_open_ && hides_anything());
  if (verdict.rewritten.empty()) return;
  entry.rewritten = std::make_shared<const policy::Rewritten>(policy::rewritten_by(sql, verdict));
}

// Of a Parse, Bind or Execute of it.
void Session::note_quoting(Expected& entry, const Prepared& prepared) const {
  const auto* statement = prepared.judged();
  entry.may_quote_hidden =
      statement == nullptr ? hides_anything() : may_quote_hidden(*statement, entry.unit);
  entry.rewritten = prepared.rewritten;
}

bool Session::is_text_read_whole() const {
  if (replies_.empty()) return hides_anything();
  const Expected& entry = replies_.front();
  return entry.may_quote_hidden || entry.rewritten != nullptr;
}

void Session::on_notice(const Message& reply, Output& out) {
  const bool is_skipped = !replies_.empty() && is_silent(replies_.front().treatment);
  if (!is_skipped) relay_text(reply, out);
}

// The server's error or notice, but for what it may quote, and placed in the client's text.
// Nothing: it may pass as it is.
std::optional<std::string> Session::told_text(const Message& reply) const {
  using Kind = ServerText::Kind;
  const Expected* entry = replies_.empty() ? nullptr : &replies_.front();
  const bool is_hiding = entry == nullptr ? hides_anything() : entry->may_quote_hidden;
  const auto& access = entry == nullptr ? profile().access : entry->access;
  const bool is_notice = reply.type() == pgwire::backend::kNoticeResponse;
  const bool is_bind = entry != nullptr && entry->kind == ReplyKind::Bind;
  // By its header alone, so that it does not matter how much of it is there.
  const bool is_read_whole = reply.header.body_bytes < kServerControlLengthMax;
  return relayed({.kind = is_notice ? Kind::Notice
                          : is_bind ? Kind::BindError
                                    : Kind::Error,
                  .extent = is_read_whole ? ServerText::Extent::Whole : ServerText::Extent::Front,
                  .body = reply.body()},
                 {.access = is_hiding ? access.get() : nullptr,
                  .is_hiding = is_hiding,
                  .rewritten = entry == nullptr ? nullptr : entry->rewritten.get()});
}

void Session::relay_text(const Message& reply, Output& out) {
  const auto body = told_text(reply);
  if (!body) {
    out.to_client.forward(reply.frame);
    server_body_ = Body::Forward;
    return;
  }
  out.to_client.write(
      [&](std::string& text) { pgwire::Writer(text).begin(reply.type()).bytes(*body).end(); });
}

}  // namespace gateway::session
