// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/session.h"

#include <utility>

#include "gateway/pgwire/writer.h"
#include "gateway/session/login_settings.h"

namespace gateway::session {
namespace {

// Which PostgreSQL reports at login alone, or which are the server user's and not the client's.
bool is_told_once(std::string_view name) {
  return name == "server_version" || name == "server_encoding" || name == "integer_datetimes" ||
         name == "is_superuser" || name == "session_authorization";
}

}  // namespace

void Output::clear() {
  to_client.clear();
  to_server.clear();
  decided = false;
  cancel_server = false;
  catalog_changed = false;
  close.reset();
}

Session::Session(Shared shared, Recorder& recorder, SessionSettings settings)
    : shared_(shared), recorder_(recorder), settings_(std::move(settings)) {}

void Session::greet(const Login& login, const Parameters& known, const CancelKey& key,
                    Output& out) {
  auto settings = judge_login_settings(login.settings, profile());
  if (!settings) return refuse_login(settings.error(), out);
  client_settings_ = std::move(*settings);
  told_ = parameters_to_tell(known, client_settings_);
  out.to_client.write([&](std::string& text) {
    pgwire::write_authentication_ok(text);
    for (const auto& status : in_server_order(told_)) pgwire::write_parameter_status(text, status);
    pgwire::write_backend_key_data(text, key.process_id, key.key);
    pgwire::write_ready_for_query(text, pgwire::TransactionStatus::Idle);
  });
}

// As PostgreSQL answers a start-up packet with a setting that it does not permit: FATAL at once.
void Session::refuse_login(const policy::Violation& violation, Output& out) {
  out.to_client.write([&](std::string& text) {
    write_refusal(text, refusal_of(violation), pgwire::Severity::Fatal);
  });
  client_told_ = true;
  recorder_.on_login_refused(violation);
  end(CloseReason::LoginRefused, violation.message, out);
}

// A SET makes the server report, before its ReadyForQuery, what a reload has changed meanwhile: all
// that the client asked for is then set, whatever the server had.
void Session::attach(const Parameters& server, Output& out, Reported reported) {
  attached_ = true;
  correct_told(server, out);
  server_defaults_ = reported == Reported::Now ? server : Parameters();
  const std::string sql = settings_sql(client_settings_, server_defaults_);
  if (!sql.empty()) send_settings(sql, out);
}

// The greeting was made of what another server reported, or this one some time ago. A driver reads
// dates by what it was told: it has to know before the first row.
void Session::correct_told(const Parameters& server, Output& out) {
  for (const auto& [name, value] : parameters_to_tell(server, client_settings_)) {
    const auto told = told_.find(name);
    if (told == told_.end() || told->second == value || is_told_once(name)) continue;
    told->second = value;
    const pgwire::ParameterStatus status{told->first, told->second};
    out.to_client.write([&](std::string& text) { pgwire::write_parameter_status(text, status); });
  }
}

Session::CancelTarget Session::cancel() {
  if (hold_ == Hold::Server || hold_ == Hold::Verdict || hold_ == Hold::Catalog) {
    return CancelTarget::WaitingHere;
  }
  if (replies_.empty()) return CancelTarget::Nothing;
  const Expected& next = replies_.front();
  if (next.treatment == Treatment::Probe && question_) {
    question_->interruption = PlanQuestion::Interruption::Client;
  }
  // A Describe that the row guard sends goes with the Execute behind it.
  const bool is_guard = next.kind == ReplyKind::DescribePortal;
  if (next.treatment != Treatment::Skip || is_guard) return CancelTarget::Server;
  cancel_later_ = true;
  return CancelTarget::Later;
}

bool Session::is_idle() const {
  return replies_.empty() && !unit_open_ && status_ == pgwire::TransactionStatus::Idle &&
         client_body_left_ == 0 && server_body_left_ == 0 && discard_ == Discard::None &&
         hold_ == Hold::None;
}

bool Session::may_reuse_server() const {
  return attached_ && replies_.empty() && !unit_open_ && client_body_left_ == 0 &&
         server_body_left_ == 0 && status_ == pgwire::TransactionStatus::Idle;
}

bool Session::will_be_answered() const {
  if (is_cancelling_) return true;
  return copy_ != Copy::In && client_body_left_ == 0 && replies_.holds_ready();
}

void Session::end(CloseReason reason, std::string_view message, Output& out) {
  if (!client_told_ && !is_inside_reply()) {
    out.to_client.write([&](std::string& text) {
      pgwire::write_error(
          text,
          {.severity = pgwire::Severity::Fatal, .sqlstate = sqlstate(reason), .message = message});
    });
  }
  client_told_ = true;
  out.close = reason;
}

void Session::on_server_end(Output& out) {
  attached_ = false;
  end(CloseReason::ServerClosed, "the server closed the connection unexpectedly", out);
}

}  // namespace gateway::session
