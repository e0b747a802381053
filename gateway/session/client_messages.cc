// SPDX-License-Identifier: Apache-2.0
// What a client's messages mean. Each on_… only reads, judges and dispatches: refusing.cc answers
// what is refused, forwarding.cc sends what is allowed.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

namespace frontend = pgwire::frontend;
namespace state = pgwire::sqlstate;
using policy::Effect;
using policy::ErrorCode;

// Of a message without a body. PostgreSQL would answer another Sync or Flush with an error that no
// entry of the reply queue stands for.
constexpr std::uint32_t kBareLength = 4;

// Beside the text of a Parse: its name and 65,535 parameter types.
constexpr std::size_t kParseOverheadMax = 300 * 1024;

std::vector<std::uint32_t> parameter_types(const pgwire::Parse& parse) {
  std::vector<std::uint32_t> types(parse.parameter_count());
  for (std::size_t i = 0; i < types.size(); ++i) types[i] = parse.parameter_type(i);
  return types;
}

bool is_reserved(std::string_view name) { return name_key(name) == policy::kReservedName; }

Refusal reserved_name() {
  return server_like(state::kReservedName, "the name \"" + std::string(policy::kReservedName) +
                                               "\" is reserved for the gateway");
}

Refusal no_audit() {
  return make_refusal(ErrorCode::AuditUnavailable,
                      "the audit log cannot be written, so nothing may run",
                      "Try again when the operator has mended it.");
}

Refusal too_many_names() {
  Refusal refusal = server_like(state::kProgramLimitExceeded,
                                "too many prepared statements or portals in one session");
  refusal.hint = "Close or DEALLOCATE those that are no longer needed.";
  return refusal;
}

// Returns settings to the server's defaults.
bool resets_settings(const policy::StatementVerdict& statement) {
  return statement.effect.kind == Effect::Kind::DiscardAll ||
         statement.statement_class == policy::StatementClass::Reset;
}

// A later message may run it by its name.
bool keeps_text(const Effect& effect) {
  return effect.kind == Effect::Kind::Prepare || effect.kind == Effect::Kind::Declare;
}

bool has_room(const Names& names) {
  return names.size() < kPreparedMax && names.bytes() < kPreparedBytesMax;
}

}  // namespace

std::size_t Session::on_client_bytes(std::string_view bytes, TimePoint now, Output& out) {
  now_ = now;
  hold_ = Hold::None;
  std::size_t at = 0;
  while (!out.close) {
    const std::string_view rest = bytes.substr(at);
    if (client_body_left_ > 0) {
      if (!stream_client_body(rest, at, out)) break;
      continue;
    }
    if (rest.empty()) break;
    if (replies_.full() || copy_ == Copy::Starting) {
      hold_ = Hold::Replies;
      break;
    }
    const auto message = next_message(rest, out);
    if (!message) break;
    client_body_ = Body::Drop;  // unless it is forwarded
    if (on_message(*message, out) == Flow::Hold) break;
    client_body_left_ = message->header.frame_bytes() - message->frame.size();
    at += message->frame.size();
  }
  return at;
}

bool Session::stream_client_body(std::string_view rest, std::size_t& at, Output& out) {
  const std::size_t count = std::min<std::size_t>(rest.size(), client_body_left_);
  if (count == 0) return false;
  if (client_body_ == Body::Forward) out.to_server.forward(rest.substr(0, count));
  client_body_left_ -= count;
  at += count;
  return true;
}

// The message at the front as far as it decides, or nothing: more bytes are needed, or `out`
// closes.
std::optional<Session::Message> Session::next_message(std::string_view rest, Output& out) {
  const std::uint32_t length_max = frontend::length_max(rest[0]);
  if (length_max == 0) {
    end(CloseReason::ClientProtocolViolation,
        "invalid frontend message type " + std::to_string(static_cast<unsigned char>(rest[0])),
        out);
    return std::nullopt;
  }
  const bool is_bare = rest[0] == frontend::kSync || rest[0] == frontend::kFlush;
  const auto header = pgwire::read_header(rest, is_bare ? kBareLength : length_max);
  if (!header) {
    end(CloseReason::ClientProtocolViolation, "invalid message length", out);
    return std::nullopt;
  }
  if (!*header) return std::nullopt;
  const Message message{**header, rest.substr(0, std::min(rest.size(), (*header)->frame_bytes()))};
  if (!has_enough(message)) return std::nullopt;
  return message;
}

// Bodies that stream (CopyData, the values of a Bind, what is refused for its size) need not be
// whole.
bool Session::has_enough(const Message& message) const {
  if (message.whole() || discard_ != Discard::None) return true;
  switch (message.type()) {
    case frontend::kCopyData:
    case frontend::kFunctionCall: return true;
    case frontend::kQuery: return is_too_long(message);
    case frontend::kParse:  // the first byte tells whether it is unnamed
      return is_too_long(message) && !message.body().empty();
    case frontend::kBind: {
      const auto head = pgwire::read_bind_head(message.body());
      return head.has_value() || head.error() == pgwire::BindError::TooLong;
    }
    default:  // a byte from a peer: next_message() has checked that it is one of ours
      return false;
  }
}

// By its header alone, so that it does not matter how much of it is there.
bool Session::is_too_long(const Message& message) const {
  const std::size_t beside = message.type() == frontend::kParse ? kParseOverheadMax : 1;
  return message.header.body_bytes > settings_.max_statement_bytes + beside;
}

Session::Flow Session::on_message(const Message& message, Output& out) {
  const char type = message.type();
  if (type == frontend::kTerminate) {
    // In its turn: what was asked for before it is answered first, as the server does.
    if (!replies_.empty() && copy_ != Copy::In) {
      hold_ = Hold::Leaving;
      return Flow::Hold;
    }
    out.close = CloseReason::ClientTerminated;
    return Flow::Done;
  }
  if (copy_ == Copy::In) return on_copy_mode_message(message, out);
  const bool ends_discarding = type == frontend::kSync && discard_ != Discard::ForEver;
  if (discard_ != Discard::None && !ends_discarding) return Flow::Done;
  switch (type) {
    case frontend::kQuery: return on_query(message, out);
    case frontend::kParse: return on_parse(message, out);
    case frontend::kBind: return on_bind(message, out);
    case frontend::kDescribe: return on_describe(message, out);
    case frontend::kExecute: return on_execute(message, out);
    case frontend::kClose: return on_close(message, out);
    case frontend::kSync: return on_sync(message, out);
    case frontend::kFlush: return on_flush(message, out);
    case frontend::kFunctionCall: return on_function_call(message, out);
    case frontend::kCopyData:
    case frontend::kCopyDone:
    case frontend::kCopyFail:
      return Flow::Done;  // late ones of a COPY that failed: ignored, as the server does
    default:
      end(CloseReason::ClientProtocolViolation,
          "invalid frontend message type " + std::to_string(static_cast<unsigned char>(type)), out);
      return Flow::Done;
  }
}

// The server reads only CopyData up to CopyDone or CopyFail; Sync and Flush it ignores meanwhile.
Session::Flow Session::on_copy_mode_message(const Message& message, Output& out) {
  switch (message.type()) {
    case frontend::kCopyDone:
    case frontend::kCopyFail:
      copy_ = replies_.front().copies_in > 0 ? Copy::Starting : Copy::None;
      [[fallthrough]];
    case frontend::kCopyData:
      out.to_server.forward(message.frame);
      client_body_ = Body::Forward;
      return Flow::Done;
    case frontend::kSync:
    case frontend::kFlush: return Flow::Done;
    default:
      // The server ends the connection at the type byte. Should it have left copy mode meanwhile:
      // no message is valid with an empty body that needs one, so nothing can run.
      out.to_server.write(
          [&](std::string& text) { pgwire::Writer(text).begin(message.type()).end(); });
      copy_ = Copy::None;
      discard_ = Discard::ForEver;
      return Flow::Done;
  }
}

Session::Flow Session::on_query(const Message& message, Output& out) {
  if (is_too_long(message)) return refuse_too_long(message, out);
  const auto query = pgwire::read_query(message.body());
  if (!query) {
    const bool has_end = message.body().find('\0') != std::string_view::npos;
    return refuse_malformed(message,
                            has_end ? "invalid message format" : "invalid string in message", out);
  }
  if (!shared_.audit_available) return refuse(message, query->sql, no_audit(), out);
  const auto verdict = shared_.verdicts.judge({query->sql, {}, profile(), settings_.server_major});
  if (!verdict->allowed()) return refuse(message, query->sql, refusal_of(*verdict), out);

  const std::uint64_t unit = unit_ + 1;  // of its own: what follows does not depend on its success
  if (const auto flow = predict_query(message, verdict, unit, out)) return *flow;
  if (const auto flow = need_server(message, query->sql, out)) {
    withdraw_predictions();
    return *flow;
  }
  const std::uint64_t first_request = shared_.next_request_id;
  for (const auto& statement : verdict->statements) {
    decide(query->sql.substr(statement.offset, statement.bytes), statement, out);
  }
  unit_ = unit;
  Expected& entry = forward_query(message, *verdict, out);
  note_quoting(entry, query->sql, verdict);
  entry.request_id = first_request;
  entry.statements = static_cast<std::uint32_t>(verdict->statements.size());
  entry.copies_in = static_cast<std::uint32_t>(
      std::ranges::count(verdict->statements, Effect::Kind::CopyIn,
                         [](const auto& statement) { return statement.effect.kind; }));
  if (entry.copies_in > 0) start_copy(entry);
  for (const auto& statement : verdict->statements) note_begin(statement.effect, entry);
  if (std::ranges::any_of(verdict->statements, resets_settings)) send_settings(out);
  ++unit_;
  return Flow::Done;
}

// Predicts what each statement of the Query does to names. Nothing when all may be sent.
std::optional<Session::Flow> Session::predict_query(
    const Message& message, const std::shared_ptr<const policy::Verdict>& verdict,
    std::uint64_t unit, Output& out) {
  const std::string_view sql = pgwire::read_query(message.body())->sql;
  predict_query_start(unit);
  for (std::size_t i = 0; i < verdict->statements.size(); ++i) {
    const auto& statement = verdict->statements[i];
    PreparedRef text;
    if (keeps_text(statement.effect)) {
      const Names& names = kept_in(statement.effect);
      if (!has_room(names)) {
        withdraw_predictions();
        return no_room(message, sql, names, out);
      }
      text = std::make_shared<Prepared>();
      text->is_contained = true;
      text->sql = sql.substr(statement.offset, statement.bytes);
      text->verdict = verdict;
      text->statement = i;
    }
    const Names::Belief belief = predict(statement.effect, std::move(text), {i, unit});
    if (belief == Names::Belief::Known) continue;
    return not_executable(message, sql, {belief, statement.effect.name}, out);
  }
  return std::nullopt;
}

// The statement executes a prepared one that is not there, or of which it is not known yet.
Session::Flow Session::not_executable(const Message& message, std::string_view sql,
                                      const Believed& name, Output& out) {
  withdraw_predictions();
  if (name.belief == Names::Belief::Unsettled) return wait_for_replies(out);
  if (const auto flow = need_server(message, sql, out)) return *flow;
  record_denied(
      sql, server_like(state::kUndefinedPreparedStatement,
                       "prepared statement \"" + std::string(name.name) + "\" does not exist"));
  return send_unknown(message, {pgwire::Target::Statement, name.name}, out);
}

Session::Flow Session::on_parse(const Message& message, Output& out) {
  if (is_too_long(message)) return refuse_too_long(message, out);
  const auto parse = pgwire::read_parse(message.body());
  if (!parse) return refuse_malformed(message, "invalid message format", out);
  if (!shared_.audit_available) return refuse(message, parse->sql, no_audit(), out);
  if (is_reserved(parse->statement)) return refuse(message, parse->sql, reserved_name(), out);
  if (!has_room(statements_)) return no_room(message, parse->sql, statements_, out);
  const auto types = parameter_types(*parse);
  const auto verdict =
      shared_.verdicts.judge({parse->sql, types, profile(), settings_.server_major});
  if (!verdict->allowed()) return refuse(message, parse->sql, refusal_of(*verdict), out);
  if (const auto flow = need_server(message, parse->sql, out)) return *flow;

  auto prepared = std::make_shared<Prepared>();
  prepared->sql = parse->sql;
  prepared->verdict = verdict;
  prepared->unit = unit_;
  if (!verdict->statements.empty()) {
    prepared->request_id = decide(parse->sql, verdict->statements.front(), out);
    parses_.push_back(prepared);
  }
  const std::uint64_t seq = next_seq_;
  const std::string key(name_key(parse->statement));
  // The server drops the unnamed statement before it looks at the new text.
  if (key.empty()) statements_.predict({.seq = seq, .unit = unit_, .when = Names::When::Failure});
  statements_.predict({.seq = seq, .unit = unit_, .name = key, .prepared = prepared});
  Expected& entry = forward_parse(message, *verdict, out);
  entry.request_id = prepared->request_id;
  note_quoting(entry, prepared);
  return Flow::Done;
}

// Waits where what is unsettled may be what takes the room.
Session::Flow Session::no_room(const Message& message, std::string_view sql, const Names& names,
                               Output& out) {
  if (names.has_pending()) return wait_for_replies(out);
  return refuse(message, sql, too_many_names(), out);
}

// Nothing when `name` is known; else what became of the message.
std::optional<Session::Flow> Session::check_names(std::string_view name, const Names& names,
                                                  const Message& message, Output& out) {
  switch (names.look_up(name, unit_).belief) {
    case Names::Belief::Known: return std::nullopt;
    case Names::Belief::Unsettled: return wait_for_replies(out);
    case Names::Belief::Absent: break;
  }
  const auto target = &names == &statements_ ? pgwire::Target::Statement : pgwire::Target::Portal;
  return send_unknown(message, {target, name}, out);
}

Session::Flow Session::on_bind(const Message& message, Output& out) {
  const auto head = pgwire::read_bind_head(message.body());
  if (!head) return refuse_malformed(message, "invalid message format", out);
  if (is_reserved(head->portal)) return refuse(message, "", reserved_name(), out);
  if (!has_room(portals_)) return no_room(message, "", portals_, out);
  if (const auto flow = check_names(head->statement, statements_, message, out)) return *flow;
  if (const auto flow = need_server(message, "", out)) return *flow;
  const PreparedRef prepared = statements_.look_up(head->statement, unit_).prepared;
  portals_.predict({.seq = next_seq_,
                    .unit = unit_,
                    .name = std::string(name_key(head->portal)),
                    .prepared = prepared});
  const std::uint64_t request = prepared->unit == unit_ ? prepared->request_id : 0;
  Expected& entry = forward(message, ReplyKind::Bind, out);
  entry.request_id = request;
  note_quoting(entry, prepared);
  return Flow::Done;
}

Session::Flow Session::on_describe(const Message& message, Output& out) {
  const auto describe = pgwire::read_describe(message.body());
  if (!describe) return refuse_malformed(message, "invalid message format", out);
  const bool is_statement = describe->target == pgwire::Target::Statement;
  const Names& names = is_statement ? statements_ : portals_;
  if (const auto flow = check_names(describe->name, names, message, out)) return *flow;
  if (const auto flow = need_server(message, "", out)) return *flow;
  forward(message, is_statement ? ReplyKind::DescribeStatement : ReplyKind::DescribePortal, out);
  return Flow::Done;
}

Session::Flow Session::on_execute(const Message& message, Output& out) {
  const auto execute = pgwire::read_execute(message.body());
  if (!execute) return refuse_malformed(message, "invalid message format", out);
  if (const auto flow = check_names(execute->portal, portals_, message, out)) return *flow;
  const PreparedRef prepared = portals_.look_up(execute->portal, unit_).prepared;
  if (!shared_.audit_available) return refuse(message, prepared->sql, no_audit(), out);
  const policy::StatementVerdict* statement = prepared->judged();
  std::uint64_t request = 0;
  if (statement != nullptr) {
    const Effect& effect = prepared->effect();
    PreparedRef text;
    if (keeps_text(effect)) {
      if (!has_room(kept_in(effect))) return no_room(message, prepared->sql, kept_in(effect), out);
      text = std::make_shared<Prepared>();
      text->sql = prepared->sql;
      text->verdict = prepared->verdict;
      text->is_contained = true;
    }
    const Names::Belief belief = predict(effect, std::move(text), {0, unit_});
    if (belief != Names::Belief::Known) {
      return not_executable(message, prepared->sql, {belief, effect.name}, out);
    }
    // The first Execute in the unit of its Parse continues the request that the Parse began.
    const bool continues =
        !prepared->claimed && prepared->unit == unit_ && prepared->request_id != 0;
    request = continues ? prepared->request_id : decide(prepared->sql, *statement, out);
    if (continues) prepared->claimed = true;
  }
  Expected& entry = forward(message, ReplyKind::Execute, out);
  entry.request_id = request;
  note_quoting(entry, prepared);
  note_begin(prepared->effect(), entry);
  if (statement != nullptr && resets_settings(*statement)) settings_reset_ = true;
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

Session::Flow Session::on_function_call(const Message& message, Output& out) {
  constexpr std::uint32_t kBodyBytesMin = 10;  // of a call without arguments
  if (message.header.body_bytes < kBodyBytesMin) {
    return refuse_malformed(message, "insufficient data left in message", out);
  }
  return refuse(
      message, "",
      make_refusal(ErrorCode::FunctionAccessDenied, "the function call protocol is not allowed",
                   "Call the function in a SELECT."),
      out);
}

Session::Flow Session::on_sync(const Message& message, Output& out) {
  if (message.header.body_bytes > 0) {
    end(CloseReason::ClientProtocolViolation, "invalid message format", out);
    return Flow::Done;
  }
  if (!attached_ || discard_ == Discard::UntilSyncLocal) {
    std::string ready;
    pgwire::write_ready_for_query(ready, status_);
    answer(std::move(ready), out);
  } else {
    forward(message, ReplyKind::Sync, out);
    if (std::exchange(settings_reset_, false)) send_settings(out);
  }
  discard_ = Discard::None;
  unit_open_ = false;
  ++unit_;
  return Flow::Done;
}

Session::Flow Session::on_flush(const Message& message, Output& out) {
  if (attached_) {
    out.to_server.forward(message.frame);
    client_body_ = Body::Forward;
  }
  return Flow::Done;
}

}  // namespace gateway::session
