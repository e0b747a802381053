// SPDX-License-Identifier: Apache-2.0
// Cuts a client's bytes into messages and dispatches them: query.cc and extended.cc say what those
// with statements mean, refusing.cc answers what is refused, forwarding.cc sends what is allowed.
#include <algorithm>
#include <string>
#include <utility>

#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

namespace frontend = pgwire::frontend;
// Of a message without a body. PostgreSQL would answer another Sync or Flush with an error that no
// entry of the reply queue stands for.
constexpr std::uint32_t kBareLength = 4;

// Beside the text of a Parse: its name and 65,535 parameter types.
constexpr std::size_t kParseOverheadMax = 300 * 1024;

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
    if (is_asking()) {
      hold_ = Hold::Plan;
      break;
    }
    if (replies_.full() || copy_ == Copy::Starting || is_cancelling_) {
      hold_ = Hold::Replies;
      break;
    }
    const auto message = next_message(rest, out);
    if (!message) break;
    if (restores_later_ && discard_ == Discard::None && replies_.empty() && will_be_idle()) {
      restores_later_ = false;
      restore_settings(out);
    }
    client_body_ = Body::Drop;  // unless it is forwarded
    if (on_message(*message, out) == Flow::Hold) break;
    inquiry_ = nullptr;
    answered_ = nullptr;
    has_looked_again_ = false;
    question_.reset();
    plans_found_.clear();
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
  if (!message.whole() && !has_enough(message)) return std::nullopt;
  return message;
}

// Of a message that is not whole. Bodies that stream (CopyData, the values of a Bind, what is
// refused for its size) need not be.
bool Session::has_enough(const Message& message) const {
  if (discard_ != Discard::None) return true;
  switch (message.type()) {
    case frontend::kCopyData: return true;
    case frontend::kFunctionCall:  // its OID; what is too short for one is malformed
      return message.body().size() >= std::min<std::size_t>(4, message.header.body_bytes);
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
  }
  discard_ = Discard::None;
  unit_open_ = false;
  restore_settings(out);
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
