// SPDX-License-Identifier: Apache-2.0
// From a client's first byte to its greeting.
#include <algorithm>
#include <utility>
#include <variant>

#include "gateway/auth/base64.h"
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/relay/relay.h"
#include "gateway/telemetry/log.h"

namespace gateway::relay {
namespace {

constexpr std::size_t kNonceBytes = 18;  // 24 characters, as PostgreSQL's

template <typename... Case>
struct Overload : Case... {
  using Case::operator()...;
};

}  // namespace

std::size_t Relay::on_login_bytes(std::string_view bytes) {
  if (!handshake_) {
    using Peer = session::HandshakeContext::Peer;
    auto& around = roster_.surroundings();
    handshake_.emplace(session::HandshakeContext{
        around.users, auth::encode_base64(around.random_bytes(kNonceBytes)),
        peer_.is_loopback ? Peer::Loopback : Peer::Network});
  }
  std::string to_client;
  const std::size_t taken = handshake_->on_bytes(bytes, to_client);
  if (!to_client.empty()) client_.write(to_client);
  if (auto result = handshake_->take_result()) {
    std::visit(Overload{
                   [this](session::Login& login) { on_login(std::move(login)); },
                   [this](const session::CancelKey& key) { on_cancel_request(key); },
                   [this](const session::LoginFailure& failure) { on_login_failure(failure); },
               },
               *result);
  } else if (bytes.size() - taken > session::Handshake::kBytesMax) {
    refuse_login(session::CloseReason::ClientProtocolViolation, "too much data before the login");
  }
  return taken;
}

void Relay::on_login(session::Login login) {
  login_ = std::move(login);
  database_ = roster_.find_database(login_->database);
  if (database_ == nullptr) {
    return refuse_login(session::CloseReason::UnknownDatabase,
                        "database \"" + login_->database + "\" does not exist");
  }
  if (roster_.session_count() >= roster_.surroundings().limits.clients_max) {
    return refuse_login(session::CloseReason::TooManyClients, "sorry, too many clients already");
  }
  if (roster_.draining()) {
    return refuse_login(session::CloseReason::Drained, "the gateway is shutting down");
  }
  admission_.emplace(roster_.admission_sources(), database_->name, login_->user);
  if (const auto denial = admission_->denial_of_login()) return refuse_denied(*denial);
  phase_ = Phase::Greeting;
  for (const auto& [name, value] : login_->settings) {
    if (name == "application_name") application_ = value;
  }
  pool_ = &database_->pool_of(*standing().profile);
  recording_.begin(audit::Log::format_session({.session_id = session_id_,
                                               .database = database_->name,
                                               .user = login_->user,
                                               .auth_method = auth::name(login_->method),
                                               .client_ip = peer_.ip,
                                               .client_port = peer_.port,
                                               .application = application_}),
                   database_->metrics_id);
  recording_.note({.event = audit::Event::SessionStarted, .status = "ok"});
  telemetry::log_info("session opened", {{"session", session_id_},
                                         {"user", login_->user},
                                         {"database", database_->name},
                                         {"client", peer_.ip},
                                         {"application", application_}});
  enter();
}

// Who would be refused only because nobody knows yet whether the catalog can be read waits.
void Relay::enter() {
  if (database_->keeper->is_starting() && !standing().unavailable.empty()) return;
  if (const auto* known = pool_->known_parameters()) return greet(*known);
  request_server();
}

void Relay::on_profiles_replaced(const Database& database) {
  if (database_ != &database) return;
  if (phase_ == Phase::Serving) session_->judge_by(standing());
  if (phase_ != Phase::Serving && phase_ != Phase::Greeting) return;
  choose_pool();
  if (phase_ != Phase::Greeting || ticket_) return;
  enter();
  pump();
}

// Who has no server yet gets one that is pinned as the profile now says.
void Relay::choose_pool() {
  upstream::Pool* pool = &database_->pool_of(*standing().profile);
  if (server_ || pool == pool_) return;
  const bool is_waiting = ticket_.has_value();
  withdraw_request();
  pool_ = pool;
  if (is_waiting) request_server();
}

void Relay::greet(const upstream::Parameters& parameters) {
  key_ = roster_.issue_key(id_);
  session_.emplace(
      roster_.shared(), recording_,
      session::SessionSettings{standing(), pool_->known_version_major(),
                               roster_.surroundings().limits.statement_bytes_max, &*admission_});
  phase_ = Phase::Serving;
  session_->greet(*login_, parameters, key_, output_);
  carry_out();
}

// Who asks is settled at login: a later SET application_name changes nothing.
const policy::Standing& Relay::standing() const {
  return database_->keeper->current()->of(
      {.user = login_->user, .application = application_, .address = peer_.ip});
}

void Relay::on_cancel_request(const session::CancelKey& key) {
  phase_ = Phase::Cancelling;
  Relay* target = roster_.find_by_process_id(key.process_id);
  // The comparison takes equal time: a secret cannot be guessed byte by byte.
  const std::string& secret = target == nullptr ? key.key : target->key_.key;
  unsigned difference = target == nullptr || secret.size() != key.key.size() ? 1 : 0;
  for (std::size_t i = 0; i < std::min(secret.size(), key.key.size()); ++i) {
    difference |= static_cast<unsigned char>(key.key[i] ^ secret[i]);
  }
  if (difference != 0) return end(session::CloseReason::CancelRequested);
  // PostgreSQL closes this connection when the signal was sent; a client that waits for that must
  // not see its next statement cancelled.
  target->cancel([&roster = roster_, id = id_] {
    if (Relay* relay = roster.find(id)) relay->end(session::CloseReason::CancelRequested);
  });
}

void Relay::on_login_failure(const session::LoginFailure& failure) {
  if (failure.reason == session::CloseReason::AuthenticationFailed) {
    recording_.begin(audit::Log::format_session({.session_id = session_id_,
                                                 .user = failure.user,
                                                 .client_ip = peer_.ip,
                                                 .client_port = peer_.port}),
                     0);
    recording_.note({.event = audit::Event::AuthenticationFailed,
                     .status = session::name(failure.reason),
                     .detail = failure.message});
    roster_.surroundings().loop.wake();
  }
  end(failure.reason);
}

void Relay::refuse_denied(const policy::Violation& denial) {
  recording_.begin(audit::Log::format_session({.session_id = session_id_,
                                               .database = database_->name,
                                               .user = login_->user,
                                               .auth_method = auth::name(login_->method),
                                               .client_ip = peer_.ip,
                                               .client_port = peer_.port}),
                   database_->metrics_id);
  const std::string detail = denial.resource + " is denied at run time: " + denial.message;
  recording_.note({.event = audit::Event::AuthenticationFailed,
                   .status = session::name(session::CloseReason::LoginDenied),
                   .detail = detail});
  roster_.surroundings().loop.wake();
  refuse_login(session::CloseReason::LoginDenied, denial.message);
}

// FATAL, before there is a session.
void Relay::refuse_login(session::CloseReason reason, std::string_view message) {
  std::string text;
  pgwire::write_error(text, {.severity = pgwire::Severity::Fatal,
                             .sqlstate = session::sqlstate(reason),
                             .message = message});
  client_.write(text);
  end(reason);
}

}  // namespace gateway::relay
