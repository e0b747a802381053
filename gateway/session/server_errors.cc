// SPDX-License-Identifier: Apache-2.0
// What a server's ErrorResponse undoes. In the extended protocol the server then skips all up to
// the next Sync (PostgreSQL documentation 55.2.3), so nothing that was asked for meanwhile has
// happened.
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;

Outcome outcome_of(std::string_view code) {
  return code == state::kQueryCanceled ? Outcome::Cancelled : Outcome::Error;
}

// The ErrorResponse with every `from` in its fields turned to `to`.
std::string renamed(std::string_view body, std::string_view from, std::string_view to) {
  std::string text(body);
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

bool Session::on_error(const Message& reply, Output& out) {
  const auto fields = pgwire::read_error_front(reply.body());
  if (fields.is_fatal()) {
    relay_text(reply, out);
    client_told_ = true;  // the end of the connection follows
    return true;
  }
  if (replies_.empty()) return false;
  const Expected& entry = replies_.front();
  if (entry.treatment == Treatment::Skip && entry.kind == ReplyKind::Query) {
    // Where the transaction is aborted, the client's RESET is undone, too.
    if (fields.sqlstate == state::kInFailedTransaction) return true;
    if (entry.restores) {  // cancelled, most likely: once more before the next message
      reset_ = client_settings_;
      restores_later_ = true;
      return true;
    }
    refuse_settings(fields, out);
    return true;
  }
  if (entry.treatment == Treatment::Probe) {
    on_probe_error(reply, fields, out);
    return true;
  }
  if (tells_overdue(fields)) return on_overdue(out);
  if (cut_ == Cut::None) pass_error(reply, fields, out);
  settle_error(cut_error({fields.sqlstate, fields.message, fields.detail}));
  return true;
}

// The settings of the log-in: PostgreSQL would have refused them with FATAL at once.
void Session::refuse_settings(const pgwire::ErrorFields& fields, Output& out) {
  out.to_client.write([&](std::string& text) {
    pgwire::write_error(text, {.severity = pgwire::Severity::Fatal,
                               .sqlstate = fields.sqlstate,
                               .message = fields.message});
  });
  client_told_ = true;
  end(CloseReason::LoginRefused, fields.message, out);
}

void Session::settle_error(const ServerError& error) {
  const Expected& entry = replies_.front();
  portals_.doubt_fresh();
  if (entry.kind == ReplyKind::Sync) return;  // of a deferred constraint; ReadyForQuery follows
  if (entry.kind == ReplyKind::Query) {
    on_query_error(error);
  } else {
    on_extended_error(error);
  }
}

void Session::pass_error(const Message& reply, const pgwire::ErrorFields& fields, Output& out) {
  const Expected& entry = replies_.front();
  if (entry.treatment == Treatment::Replace && fields.sqlstate != state::kInFailedTransaction) {
    out.to_client.write([&](std::string& text) { text.append(entry.text); });
    return;
  }
  if (entry.treatment == Treatment::Rename && reply.whole()) {
    const std::string body = renamed(reply.body(), policy::kReservedName, entry.text);
    out.to_client.write([&](std::string& text) {
      pgwire::Writer(text).begin(pgwire::backend::kErrorResponse).bytes(body).end();
    });
    return;
  }
  relay_text(reply, out);  // of a Close of ours, too: what it was for is skipped now
  if (entry.treatment == Treatment::Skip) cancel_later_ = false;
}

void Session::on_query_error(const ServerError& error) {
  Expected& entry = replies_.front();
  entry.failed = true;
  statements_.failed(entry.seq);
  portals_.failed(entry.seq);
  end_query(entry, outcome_of(error.sqlstate), error);
  end_copy(entry);
}

void Session::on_extended_error(const ServerError& error) {
  const Expected& entry = replies_.front();
  const std::uint64_t request = entry.request_id;
  statements_.failed(entry.seq);
  portals_.failed(entry.seq);
  if (entry.kind == ReplyKind::Execute && request != 0) {
    end_request(request, outcome_of(error.sqlstate), -1, error);
  } else {
    end_parse(request, outcome_of(error.sqlstate), error);
  }
  drop_front();
  skip_to_sync(request, error);
  // What the client still sends of this unit is skipped there: it is not even sent.
  if (replies_.empty() && discard_ == Discard::None) discard_ = Discard::UntilSyncServer;
}

void Session::skip_to_sync(std::uint64_t failed_request, const ServerError& error) {
  for (; !replies_.empty() && replies_.front().kind != ReplyKind::Sync; drop_front()) {
    Expected& entry = replies_.front();
    if (entry.treatment == Treatment::Probe) question_.reset();  // its message is skipped, too
    statements_.skipped(entry.seq);
    portals_.skipped(entry.seq);
    if (entry.request_id == 0) continue;
    const bool is_the_failed = entry.request_id == failed_request;
    const Outcome outcome = is_the_failed ? outcome_of(error.sqlstate) : Outcome::Skipped;
    switch (entry.kind) {
      case ReplyKind::Execute:
        end_request(entry.request_id, outcome, -1, is_the_failed ? error : ServerError{});
        break;
      case ReplyKind::Query: end_query(entry, Outcome::Skipped, {}); break;
      case ReplyKind::Parse: end_parse(entry.request_id, Outcome::Skipped, {}); break;
      case ReplyKind::Bind:
      case ReplyKind::DescribeStatement:
      case ReplyKind::DescribePortal:
      case ReplyKind::Close:
      case ReplyKind::Sync: break;
    }
  }
}

}  // namespace gateway::session
