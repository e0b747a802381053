// SPDX-License-Identifier: Apache-2.0
// A refusal behaves like a server error. Where nothing is outstanding and no transaction is open,
// the gateway answers alone; else a message that fails there goes to the server in place of the
// refused one, so that client, gateway and server agree on the transaction, and its error is
// replaced by ours.
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

namespace frontend = pgwire::frontend;
namespace state = pgwire::sqlstate;

constexpr std::string_view kCannotLex = "'";  // an unterminated literal

bool has_own_ready(char type) {
  return type == frontend::kQuery || type == frontend::kFunctionCall;
}

bool is_unnamed_parse(const pgwire::FrameHeader& header, std::string_view frame) {
  return header.type == frontend::kParse && frame.size() > pgwire::kHeaderBytes &&
         frame[pgwire::kHeaderBytes] == '\0';
}

std::string frame_of(const Refusal& refusal) {
  std::string text;
  write_refusal(text, refusal);
  return text;
}

}  // namespace

void Session::record_denied(std::string_view sql, const Refusal& refusal, const ServerError& why) {
  const auto& code = policy::face(refusal.code);
  recorder_.on_decision({.request_id = shared_.next_request_id++,
                         .sql = sql,
                         .statement_class = refusal.statement_class,
                         .policy_epoch = profile().epoch,
                         .error_code = code.name,
                         .error_message = refusal.message,
                         .server_error = why,
                         .violations = refusal.violations,
                         .facts = refusal.facts,
                         .snapshot = refusal.snapshot});
}

Session::Flow Session::refuse(const Message& message, std::string_view sql, const Refusal& refusal,
                              Output& out) {
  withdraw_predictions();  // none of it was sent; before the answer takes its number in the queue
  record_denied(sql, refusal);
  if (replies_.empty() && !unit_open_ && status_ == pgwire::TransactionStatus::Failed) {
    // What the server says to any statement then; it need not be asked.
    answer_alone(message,
                 frame_of(server_like(state::kInFailedTransaction,
                                      "current transaction is aborted, commands ignored until end "
                                      "of transaction block")),
                 out);
  } else if (will_be_idle()) {
    answer_alone(message, frame_of(refusal), out);
  } else {
    poison(message, refusal, out);
  }
  return Flow::Done;
}

// No transaction is open when the server has answered all that it was sent, whatever it answers.
bool Session::will_be_idle() const {
  return status_ == pgwire::TransactionStatus::Idle && !unit_open_ && begun_seq_ <= ready_seq_;
}

Session::Flow Session::refuse_malformed(const Message& message, std::string_view error,
                                        Output& out) {
  return refuse(message, "", server_like(state::kProtocolViolation, std::string(error)), out);
}

Session::Flow Session::refuse_too_long(const Message& message, Output& out) {
  const policy::Violation violation{
      .check = policy::Check::Text,
      .code = policy::ErrorCode::StatementTooComplex,
      .resource = "statement text",
      .rule = "max_statement_bytes",
      .message = "the statement is longer than " + std::to_string(settings_.max_statement_bytes) +
                 " bytes",
      .hint = "Send values as parameters or by COPY, or raise listen.max_statement_bytes."};
  return refuse(message, "", refusal_of(violation), out);
}

// `text` is an ErrorResponse.
void Session::answer_alone(const Message& message, std::string text, Output& out) {
  if (has_own_ready(message.type())) {
    pgwire::write_ready_for_query(text, status_);
  } else {
    discard_ = Discard::UntilSyncLocal;
  }
  // A Query drops the unnamed statement and portal before it is parsed, a Parse of it the
  // statement.
  if (message.type() == frontend::kQuery) predict_query_start(unit_);
  if (is_unnamed_parse(message.header, message.frame)) {
    statements_.predict({.seq = next_seq_, .unit = unit_, .when = Names::When::Reached});
  }
  answer(std::move(text), out);
  if (has_own_ready(message.type())) ++unit_;
}

// In its turn: behind what the server still owes.
void Session::answer(std::string text, Output& out) {
  Expected& entry = expect(ReplyKind::Sync, Treatment::Fake);
  entry.text = std::move(text);
  pop_fakes(out);
}

void Session::poison(const Message& message, const Refusal& refusal, Output& out) {
  const auto send = [&](auto&& write) { out.to_server.write(write); };
  std::string error = frame_of(refusal);
  if (has_own_ready(message.type())) {
    const std::uint64_t unit = ++unit_;
    if (message.type() == frontend::kQuery) {
      predict_query_start(unit);
      send([](std::string& text) { pgwire::write_query(text, kCannotLex); });
    } else {
      send([](std::string& text) { pgwire::write_function_call(text, 0); });
    }
    expect(ReplyKind::Query, Treatment::Replace).text = std::move(error);
    ++unit_;
    return;
  }
  const bool is_parse = message.type() == frontend::kParse;
  if (is_parse) {
    const bool is_unnamed = is_unnamed_parse(message.header, message.frame);
    if (is_unnamed) {
      statements_.predict({.seq = next_seq_, .unit = unit_, .when = Names::When::Failure});
    }
    send([&](std::string& text) {
      pgwire::write_parse(text, {is_unnamed ? "" : policy::kReservedName, kCannotLex, {}});
    });
  } else {
    send([](std::string& text) { pgwire::write_bind(text, "", policy::kReservedName); });
  }
  expect(is_parse ? ReplyKind::Parse : ReplyKind::Bind, Treatment::Replace).text = std::move(error);
  unit_open_ = true;
  discard_ = Discard::UntilSyncServer;
}

// A name that nothing judged stands behind. The message goes out under a name that never exists,
// and the server's own error comes back under the client's: nothing unjudged can run, whatever the
// server holds under that name. The unnamed statement has an error of its own, so it is closed
// first instead.
Session::Flow Session::send_unknown(const Message& message, const pgwire::Describe& unknown,
                                    Output& out) {
  if (const auto flow = need_server(message, "", out)) return *flow;
  if (message.type() == frontend::kQuery) return execute_unknown(unknown.name, out);
  const bool is_statement = unknown.target == pgwire::Target::Statement;
  // Of an Execute whose text is EXECUTE: a Bind fails as that would.
  const bool is_bind =
      message.type() == frontend::kBind || (message.type() == frontend::kExecute && is_statement);
  const auto kind = is_bind                                ? ReplyKind::Bind
                    : message.type() == frontend::kExecute ? ReplyKind::Execute
                    : is_statement                         ? ReplyKind::DescribeStatement
                                                           : ReplyKind::DescribePortal;
  std::string_view name = policy::kReservedName;
  if (is_statement && unknown.name.empty()) {
    name = "";
    out.to_server.write(
        [](std::string& text) { pgwire::write_close(text, {pgwire::Target::Statement, ""}); });
    expect(ReplyKind::Close, Treatment::Skip);
  }
  out.to_server.write([&](std::string& text) {
    if (is_bind) return pgwire::write_bind(text, "", name);
    if (kind == ReplyKind::Execute) return pgwire::write_execute(text, {name, 0});
    pgwire::write_describe(text, {unknown.target, name});
  });
  expect(kind, Treatment::Rename).text = unknown.name;
  unit_open_ = true;
  discard_ = Discard::UntilSyncServer;
  return Flow::Done;
}

Session::Flow Session::execute_unknown(std::string_view name, Output& out) {
  predict_query_start(++unit_);
  out.to_server.write([](std::string& text) {
    pgwire::write_query(text, "EXECUTE " + std::string(policy::kReservedName));
  });
  expect(ReplyKind::Query, Treatment::Rename).text = name;
  ++unit_;
  return Flow::Done;
}

}  // namespace gateway::session
