// SPDX-License-Identifier: Apache-2.0
// What a server's messages answer. Each is matched against the front of the reply queue; one that
// does not fit there breaks the protocol, and nothing of that server is believed any more.
#include <algorithm>

#include "gateway/pgwire/row_description.h"
#include "gateway/session/login_settings.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

namespace backend = pgwire::backend;

bool is_text(char type) {
  return type == backend::kErrorResponse || type == backend::kNoticeResponse;
}

// Of an error or notice that is not passed on as it is; what is longer is told in short.
std::size_t text_bytes_wanted(const pgwire::FrameHeader& header) {
  return header.body_bytes < kServerControlLengthMax ? header.frame_bytes()
                                                     : pgwire::kHeaderBytes + kErrorFrontBytes;
}

std::size_t description_bytes_wanted(const pgwire::FrameHeader& header) {
  return header.body_bytes <= pgwire::kRowDescriptionBytesMax ? header.frame_bytes() : 0;
}

// How much of the message must be there before it is looked at; 0: it may not be that long.
std::size_t bytes_wanted(const pgwire::FrameHeader& header) {
  switch (header.type) {
    case backend::kErrorResponse:
      return pgwire::kHeaderBytes + std::min<std::size_t>(header.body_bytes, kErrorFrontBytes);
    case backend::kCommandComplete:
    case backend::kParameterStatus:
    case backend::kReadyForQuery:
      return header.body_bytes < kServerControlLengthMax ? header.frame_bytes() : 0;
    default:  // a byte from a peer; the header decides
      return header.frame_bytes() <= kWholeMessageBytes ? header.frame_bytes()
                                                        : pgwire::kHeaderBytes;
  }
}

// Reported since 18. Names are judged by the pinned path; by the empty one they are just not found.
bool is_path_lost(std::string_view path, const policy::Profile& profile) {
  return profile.access != nullptr && path != profile.search_path && !path.empty() &&
         path != "\"\"";
}

bool is_pin_lost(const pgwire::ParameterStatus& status, const policy::Profile& profile) {
  if (status.name == "client_encoding") return status.value != "UTF8";
  if (status.name == "standard_conforming_strings") return status.value != "on";
  if (status.name == "search_path") return is_path_lost(status.value, profile);
  return status.name == "default_transaction_read_only" && status.value != "on" &&
         profile.mode == policy::Mode::ReadOnly;
}

bool has_rows(ReplyKind kind) { return kind == ReplyKind::Execute || kind == ReplyKind::Query; }

}  // namespace

std::size_t Session::on_server_bytes(std::string_view bytes, TimePoint now, Output& out) {
  now_ = now;
  if (holds_rows()) return 0;
  std::size_t at = 0;
  while (at < bytes.size() && !out.close) {
    const std::string_view rest = bytes.substr(at);
    if (stream_server_body(rest, at, out)) continue;
    const auto header = pgwire::read_header(rest);
    if (header && !*header) break;
    const bool is_changed = header && is_text((*header)->type) && is_text_read_whole();
    const bool is_rows = header && is_guarded((*header)->type);
    const std::size_t wanted = is_changed ? text_bytes_wanted(**header)
                               : is_rows  ? description_bytes_wanted(**header)
                               : header   ? bytes_wanted(**header)
                                          : 0;
    if (wanted == 0) {
      end(CloseReason::ServerProtocolViolation, "the server sent a message of illegal length", out);
      break;
    }
    if (rest.size() < wanted) break;
    const Message reply{**header, rest.substr(0, std::min(rest.size(), (*header)->frame_bytes()))};
    server_body_ = Body::Drop;  // unless it is passed on
    if (is_rows && guard_rows(reply, out) != Rows::Pass) break;
    if (!on_reply(reply, out)) {
      end(CloseReason::ServerProtocolViolation,
          "the server sent a message that answers nothing it was asked", out);
      break;
    }
    server_body_left_ = reply.header.frame_bytes() - reply.frame.size();
    at += reply.frame.size();
  }
  cancel_cut(out);
  return at;
}

bool Session::stream_server_body(std::string_view rest, std::size_t& at, Output& out) {
  if (server_body_left_ == 0) return false;
  const std::size_t count = std::min<std::size_t>(rest.size(), server_body_left_);
  if (server_body_ == Body::Forward) out.to_client.forward(rest.substr(0, count));
  if (server_body_ == Body::Collect) collect(rest.substr(0, count));
  server_body_left_ -= count;
  at += count;
  pop_fakes(out);
  return true;
}

// Nothing of ours may stand in the middle of a message.
bool Session::is_inside_reply() const {
  return server_body_left_ > 0 && server_body_ == Body::Forward;
}

bool Session::on_reply(const Message& reply, Output& out) {
  switch (reply.type()) {
    case backend::kNoticeResponse: on_notice(reply, out); return true;
    case backend::kNotificationResponse: pass(reply, out); return true;
    case backend::kParameterStatus: return on_parameter_status(reply, out);
    case backend::kErrorResponse: return on_error(reply, out);
    default: break;  // a byte from a peer
  }
  if (replies_.empty()) return false;
  // A poison message or a name that does not exist must fail: anything else breaks an invariant.
  const Treatment treatment = replies_.front().treatment;
  const bool must_fail = treatment == Treatment::Replace || treatment == Treatment::Rename;
  if (must_fail && reply.type() != backend::kReadyForQuery) return false;
  switch (reply.type()) {
    case backend::kDataRow:
    case backend::kCopyData:
    case backend::kCopyDone:
    case backend::kCopyOutResponse: return on_rows(reply, out);
    case backend::kFunctionCallResponse: return on_function_result(reply, out);
    case backend::kRowDescription:
    case backend::kNoData:
    case backend::kParameterDescription: return on_description(reply, out);
    case backend::kParseComplete: return on_complete(reply, ReplyKind::Parse, out);
    case backend::kBindComplete: return on_complete(reply, ReplyKind::Bind, out);
    case backend::kCloseComplete: return on_complete(reply, ReplyKind::Close, out);
    case backend::kCommandComplete:
    case backend::kEmptyQueryResponse:
    case backend::kPortalSuspended: return on_statement_complete(reply, out);
    case backend::kCopyInResponse: return on_copy_in(reply, out);
    case backend::kReadyForQuery: return on_ready(reply, out);
    default: return false;  // a byte from a peer
  }
}

bool Session::on_rows(const Message& reply, Output& out) {
  const Expected& entry = replies_.front();
  if (!has_rows(entry.kind)) return false;
  if (entry.treatment == Treatment::Probe && reply.type() == backend::kDataRow) {
    collect(reply.frame);
    server_body_ = Body::Collect;
    return true;
  }
  if (exceeds_cap(reply)) cut_result(out);
  pass(reply, out);
  return true;
}

bool Session::on_function_result(const Message& reply, Output& out) {
  if (!replies_.front().is_function_call) return false;
  if (exceeds_cap(reply)) cut_result(out);
  pass(reply, out);
  return true;
}

bool Session::on_description(const Message& reply, Output& out) {
  const ReplyKind kind = replies_.front().kind;
  const char type = reply.type();
  const bool describes_statement = kind == ReplyKind::DescribeStatement;
  const bool describes = describes_statement || kind == ReplyKind::DescribePortal;
  const bool fits = type == backend::kParameterDescription ? describes_statement
                    : type == backend::kRowDescription     ? describes || kind == ReplyKind::Query
                                                           : describes;
  if (!fits) return false;
  pass(reply, out);
  if (describes && type != backend::kParameterDescription) pop(out);
  return true;
}

bool Session::on_complete(const Message& reply, ReplyKind kind, Output& out) {
  const Expected& entry = replies_.front();
  if (entry.kind != kind) return false;
  statements_.succeeded(entry.seq, 0);
  portals_.succeeded(entry.seq, 0);
  pass(reply, out);
  pop(out);
  return true;
}

bool Session::on_statement_complete(const Message& reply, Output& out) {
  Expected& entry = replies_.front();
  const bool is_query = entry.kind == ReplyKind::Query;
  const bool is_tagged = reply.type() == backend::kCommandComplete;
  if (!is_query && entry.kind != ReplyKind::Execute) return false;
  if (is_query && reply.type() == backend::kPortalSuspended) return false;
  pass(reply, out);
  if (is_query && !is_tagged) return true;  // EmptyQueryResponse; ReadyForQuery settles the rest
  const auto tag = is_tagged ? pgwire::read_command_tag(reply.body()) : std::nullopt;
  if (tag && *tag == "ROLLBACK") portals_.doubt_fresh();
  if (tag && *tag == "COMMIT") portals_.commit();
  const std::int64_t rows = tag ? pgwire::rows_of_tag(*tag) : -1;
  statements_.succeeded(entry.seq, entry.done);
  portals_.succeeded(entry.seq, entry.done);
  const bool is_suspended = reply.type() == backend::kPortalSuspended;
  const ServerError error = cut_error({});
  if (entry.request_id != 0 && (!is_query || entry.done < entry.statements)) {
    const Outcome outcome = !error.sqlstate.empty() ? Outcome::Error
                            : is_suspended          ? Outcome::Suspended
                                                    : Outcome::Ok;
    end_request(entry.request_id + entry.done, outcome, rows, error);
  }
  returned_ = {};
  ++entry.done;
  entry.sent_at = now_;
  if (is_query) return true;
  pop(out);
  return true;
}

bool Session::on_copy_in(const Message& reply, Output& out) {
  Expected& entry = replies_.front();
  if (copy_ != Copy::Starting || entry.copies_in == 0) return false;
  --entry.copies_in;
  copy_ = Copy::In;
  pass(reply, out);
  return true;
}

bool Session::on_ready(const Message& reply, Output& out) {
  Expected& entry = replies_.front();
  const auto status = pgwire::read_ready_for_query(reply.body());
  if (!status || (entry.kind != ReplyKind::Sync && entry.kind != ReplyKind::Query)) return false;
  const bool must_have_failed =
      entry.treatment == Treatment::Replace || entry.treatment == Treatment::Rename;
  if (must_have_failed && !entry.failed) return false;
  status_ = *status;
  ready_seq_ = entry.seq;
  note_ready();
  if (entry.kind == ReplyKind::Query && !entry.failed) {
    statements_.succeeded(entry.seq, entry.statements);
    portals_.succeeded(entry.seq, entry.statements);
    const ServerError error = cut_error({});  // of a FunctionCall: nothing else ends it
    end_query(entry, error.sqlstate.empty() ? Outcome::Ok : Outcome::Error, error);
  }
  if (ends_cut(entry)) {
    end_parses_through(entry.unit);
    if (settle_cut(out)) return true;
  }
  pass(reply, out);
  // The server has not hung up at the message that broke its COPY: the COPY was over before.
  if (discard_ == Discard::ForEver) {
    end(CloseReason::ClientProtocolViolation, "unexpected message type during COPY from stdin",
        out);
    return true;
  }
  if (entry.seq == restoring_seq_) end_restoring(out);
  settle_ddl(out);
  settle_changed_plans();
  end_parses_through(entry.unit);
  if (status_ == pgwire::TransactionStatus::Idle) portals_.end_transaction();
  pop(out);
  return true;
}

// Also the alarm for what must not change, whoever changed it: parser and server read one language,
// and a read-only session stays read-only.
bool Session::on_parameter_status(const Message& reply, Output& out) {
  const auto status = pgwire::read_parameter_status(reply.body());
  if (!status) return false;
  if (is_pin_lost(*status, profile())) {
    end(CloseReason::ServerStateInDoubt,
        "the server setting \"" + std::string(status->name) + "\" changed to \"" +
            std::string(status->value) + "\", which this gateway does not allow",
        out);
    return true;
  }
  if (holds_until_restored(status->name)) {
    unsettled_[std::string(status->name)] = status->value;
    return true;
  }
  if (!unsettled_.empty()) unsettled_.erase(std::string(status->name));
  std::string& told = told_[std::string(status->name)];
  const bool is_ours = !replies_.empty() && is_silent(replies_.front().treatment);
  if (!is_ours || told != status->value) {
    out.to_client.forward(reply.frame);
    told = status->value;
  }
  return true;
}

// What the server says of such a setting at the end of a RESET is so until our Query behind it
// only.
bool Session::holds_until_restored(std::string_view setting) const {
  if (restoring_seq_ == 0 || replies_.empty()) return false;
  const std::uint64_t seq = replies_.front().seq;
  if (seq != restoring_seq_ && seq + 1 != restoring_seq_) return false;
  return find_value(client_settings_, setting) != nullptr;
}

void Session::end_restoring(Output& out) {
  restoring_seq_ = 0;
  for (const auto& each : unsettled_) {
    std::string& told = told_[each.first];
    if (told == each.second) continue;
    told = each.second;
    const pgwire::ParameterStatus status{each.first, each.second};
    out.to_client.write([&](std::string& text) { pgwire::write_parameter_status(text, status); });
  }
  unsettled_.clear();
}

void Session::pass(const Message& reply, Output& out) {
  const bool is_skipped = !replies_.empty() && is_silent(replies_.front().treatment);
  const bool is_dropped = is_skipped || cut_ != Cut::None;
  if (is_dropped && reply.type() != backend::kNotificationResponse) return;
  out.to_client.forward(reply.frame);
  server_body_ = Body::Forward;
}

// The COPY that the client waits for, or sends to, may be that of a later message.
void Session::end_copy(const Expected& entry) {
  if (entry.seq == copy_seq_) copy_ = Copy::None;
}

void Session::drop_front() {
  end_copy(replies_.front());
  returned_ = {};
  note_probe_end(replies_.front());
  replies_.pop();
  stop_if_nothing_runs();
}

void Session::pop(Output& out) {
  drop_front();
  pop_fakes(out);
  if (!cancel_later_ || (!replies_.empty() && replies_.front().treatment == Treatment::Skip))
    return;
  out.cancel_server = !replies_.empty();
  cancel_later_ = false;
  if (is_asking()) question_->interruption = PlanQuestion::Interruption::Client;
}

void Session::pop_fakes(Output& out) {
  if (is_inside_reply()) return;
  while (!replies_.empty() && replies_.front().treatment == Treatment::Fake) {
    const Expected& entry = replies_.front();
    out.to_client.write([&](std::string& text) { text.append(entry.text); });
    statements_.succeeded(entry.seq, 0);
    portals_.succeeded(entry.seq, 0);
    drop_front();
  }
}

}  // namespace gateway::session
