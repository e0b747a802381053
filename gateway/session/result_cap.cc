// SPDX-License-Identifier: Apache-2.0
// A result that is larger than the profile allows ends with an error behind the rows that fit. What
// the server still says of it, and of what stands behind it up to the next ReadyForQuery, is
// dropped, as if it had refused the statement; it is told to cancel.
#include <string>
#include <utility>

#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

namespace backend = pgwire::backend;

// A message that a client gets as data; a row is one of the first two.
bool is_row(char type) { return type == backend::kDataRow || type == backend::kCopyData; }
bool is_data(char type) { return is_row(type) || type == backend::kFunctionCallResponse; }

std::string limits(const policy::Profile& profile) {
  std::string text(policy::face(policy::ErrorCode::ResultTooLarge).name);
  const char* separator = ": at most ";
  if (profile.result_rows_max != 0) {
    text += separator + std::to_string(profile.result_rows_max) + " rows (max_result_rows)";
    separator = ", ";
  }
  if (profile.result_bytes_max != 0) {
    text += separator + std::to_string(profile.result_bytes_max) + " bytes (max_result_bytes)";
  }
  return text;
}

Refusal result_too_large(const policy::Profile& profile) {
  Refusal refusal = make_refusal(policy::ErrorCode::ResultTooLarge,
                                 "the result of this statement is larger than this user may read",
                                 "Use LIMIT or a narrower WHERE, or aggregate on the server.");
  refusal.detail = limits(profile);
  return refusal;
}

}  // namespace

// Counts the message. It need not be whole: its header tells its size.
bool Session::exceeds_cap(const Message& reply) {
  const policy::Profile& limits = profile();
  const bool is_capped = limits.result_rows_max != 0 || limits.result_bytes_max != 0;
  if (!is_capped || cut_ != Cut::None || !is_data(reply.type())) return false;
  if (replies_.front().treatment != Treatment::Forward) return false;
  const std::uint64_t rows = returned_.rows + (is_row(reply.type()) ? 1 : 0);
  const std::uint64_t bytes = returned_.bytes + reply.header.frame_bytes();
  const bool is_over = (limits.result_rows_max != 0 && rows > limits.result_rows_max) ||
                       (limits.result_bytes_max != 0 && bytes > limits.result_bytes_max);
  if (!is_over) returned_ = {.rows = rows, .bytes = bytes};
  return is_over;
}

void Session::cut_result(Output& out) {
  const Expected& entry = replies_.front();
  out.to_client.write(
      [this](std::string& text) { write_refusal(text, result_too_large(profile())); });
  cut_ = Cut::Found;
  cut_until_ = entry.kind == ReplyKind::Query ? ReplyKind::Query : ReplyKind::Sync;
  const bool is_open = entry.kind == ReplyKind::Execute && entry.unit == unit_ && unit_open_;
  // To the client the rest of the unit is skipped.
  if (is_open && discard_ == Discard::None) discard_ = Discard::UntilSyncServer;
}

// Not before all that has come was read: where the statement is over, a cancel could only hit
// another one.
void Session::cancel_cut(Output& out) {
  if (cut_ != Cut::Found) return;
  cut_ = Cut::Running;
  is_cancelling_ = true;
  out.cancel_server = true;
}

// Of the end of a statement, whatever the server says of it: the first end of one that was cut.
ServerError Session::cut_error(const ServerError& error) {
  if (cut_ != Cut::Found && cut_ != Cut::Running) return error;
  cut_ = Cut::Over;
  static const Refusal refusal = result_too_large({});
  return {.sqlstate = refusal.sqlstate, .message = refusal.message, .error_code = refusal.code};
}

bool Session::ends_cut(const Expected& entry) const {
  return cut_ != Cut::None && entry.kind == cut_until_;
}

// At the ReadyForQuery behind a cut. The client was told of an error, so to it an open transaction
// is aborted; where the server finished the statement before the cancel came, it is aborted there,
// too, before the client is told that it may go on. True: it waits for that.
bool Session::settle_cut(Output& out) {
  cut_ = Cut::None;
  if (status_ != pgwire::TransactionStatus::InTransaction) return false;
  if (replies_.size() > 1) {
    end(CloseReason::ResultTooLarge,
        "a result was larger than this user may read, and statements behind it went on in its "
        "transaction",
        out);
    return true;
  }
  out.to_server.write([](std::string& text) {
    pgwire::write_parse(text, {policy::kReservedName, "'", {}});
    pgwire::write_sync(text);
  });
  drop_front();
  expect(ReplyKind::Parse, Treatment::Replace);  // by nothing: the client has its error
  expect(ReplyKind::Sync);
  return true;
}

}  // namespace gateway::session
