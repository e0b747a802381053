// SPDX-License-Identifier: Apache-2.0
// How long the server may work for a client. An exchange lasts from the first message that is not
// answered to the ReadyForQuery of its unit; where the client has sent more meanwhile, the next one
// begins there. What takes too long is cancelled as the client would do it, and the session stays.
// A transaction that takes too long ends the session, as PostgreSQL's transaction_timeout does:
// what its client believes to be done is not.
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/session.h"

namespace gateway::session {
namespace {

constexpr std::string_view kOverdue = "canceling statement due to query timeout";

bool is_over(std::chrono::milliseconds limit, TimePoint since, TimePoint now) {
  return limit.count() > 0 && now - since > limit;
}

}  // namespace

// There is something to be answered, or a transaction, implicit ones included.
bool Session::is_working() const {
  return !replies_.empty() || unit_open_ || status_ != pgwire::TransactionStatus::Idle;
}

// Before the message becomes part of what is_working() looks at.
void Session::note_sent() {
  if (!is_working()) transaction_since_ = now_;
  if (replies_.empty()) exchange_since_ = now_;
}

void Session::note_ready() {
  exchange_since_ = now_;
  if (!is_cancelling_) is_overdue_ = false;  // the cancel may hit what stands behind
  if (status_ == pgwire::TransactionStatus::Idle) transaction_since_ = now_;
}

void Session::on_tick(TimePoint now, Output& out) {
  interrupt_probe(now, out);
  if (is_working() && is_over(profile().transaction_time_max, transaction_since_, now)) {
    out.cancel_server = !replies_.empty();
    return end(CloseReason::TransactionTimeout, "terminating connection due to transaction timeout",
               out);
  }
  interrupt_exchange(now, out);
}

// Probes have a limit of their own. Should a cancel come to nothing, another one follows.
void Session::interrupt_exchange(TimePoint now, Output& out) {
  if (replies_.empty() || is_cancelling_) return;
  if (replies_.front().treatment == Treatment::Probe) return;
  if (!is_over(profile().query_time_max, exchange_since_, now)) return;
  exchange_since_ = now;
  is_overdue_ = true;
  is_cancelling_ = true;
  out.cancel_server = true;
}

bool Session::tells_overdue(const pgwire::ErrorFields& fields) const {
  const bool is_clients = replies_.front().treatment == Treatment::Forward;
  return is_overdue_ && is_clients && cut_ == Cut::None &&
         fields.sqlstate == pgwire::sqlstate::kQueryCanceled;
}

// PostgreSQL would say that the user asked for it.
bool Session::on_overdue(Output& out) {
  out.to_client.write([](std::string& text) {
    pgwire::write_error(text, {.sqlstate = pgwire::sqlstate::kQueryCanceled,
                               .message = kOverdue,
                               .hint = "query_timeout of the gateway is over."});
  });
  settle_error({.sqlstate = pgwire::sqlstate::kQueryCanceled,
                .message = kOverdue,
                .detail = {},
                .error_code = policy::ErrorCode::ExecutionTimeout});
  return true;
}

}  // namespace gateway::session
