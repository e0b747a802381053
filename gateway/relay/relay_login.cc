// SPDX-License-Identifier: Apache-2.0
// From a client's first byte to its greeting.
#include <algorithm>
#include <utility>
#include <variant>

#include "gateway/auth/base64.h"
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/relay/relay.h"
#include "gateway/session/login_settings.h"
#include "gateway/telemetry/log.h"

namespace gateway::relay {
namespace {

constexpr std::size_t kNonceBytes = 18;  // 24 characters, as PostgreSQL's

session::Channel::Peer kind_of(const net::Peer& peer) {
  using Kind = session::Channel::Peer;
  switch (peer.kind) {
    case net::Peer::Kind::Network: return Kind::Network;
    case net::Peer::Kind::Loopback: return Kind::Loopback;
    case net::Peer::Kind::UnixSocket: return Kind::UnixSocket;
  }
  return Kind::Network;
}

template <typename... Case>
struct Overload : Case... {
  using Case::operator()...;
};

}  // namespace

std::size_t Relay::on_login_bytes(std::string_view bytes) {
  if (!handshake_) start_handshake();
  if (handshake_->awaits_tls()) handshake_->on_tls(channel());
  std::string to_client;
  std::size_t taken = 0;
  do {
    taken += handshake_->on_bytes(bytes.substr(taken), to_client);
  } while (answer_question(to_client));
  const std::string_view answer = to_client;
  client_.queue({&answer, 1});  // leaves with the greeting, if there is one now
  if (phase_ != Phase::LoggingIn) return taken;
  if (auto result = handshake_->take_result()) {
    std::visit(Overload{
                   [&](session::TlsRequest request) { start_tls(request, bytes.substr(taken)); },
                   [this](session::Login& login) { on_login(std::move(login)); },
                   [this](const session::CancelKey& key) { on_cancel_request(key); },
                   [this](const session::LoginFailure& failure) { on_login_failure(failure); },
               },
               *result);
  } else if (bytes.size() - taken > session::Handshake::kBytesMax) {
    refuse_login(session::CloseReason::ClientProtocolViolation, "too much data before the login");
  }
  client_.flush();
  if (login_) handshake_.reset();  // with the secrets that it was given
  return handshake_ && handshake_->awaits_tls() ? bytes.size() : taken;
}

void Relay::start_handshake() {
  using OtherUsers = session::HandshakeContext::OtherUsers;
  auto& around = roster_.surroundings();
  const UserLookups* lookups = roster_.user_lookups();
  const bool is_looked_up = lookups != nullptr && lookups->has_directory();
  handshake_ = std::make_unique<session::Handshake>(session::HandshakeContext{
      around.users, auth::encode_base64(around.random_bytes(kNonceBytes)), channel(),
      around.tls.encryption, is_looked_up ? OtherUsers::AskedAfter : OtherUsers::None});
}

session::Channel Relay::channel() const {
  session::Channel channel{.peer = kind_of(peer_)};
  const net::TlsSession* tls = client_.tls();
  if (tls == nullptr) return channel;
  channel.is_encrypted = true;
  channel.end_point = tls->end_point();
  channel.certificate_name = tls->client_name();
  return channel;
}

void Relay::start_tls(session::TlsRequest request, std::string_view already_read) {
  client_.flush();
  const auto start =
      request == session::TlsRequest::Direct ? net::TlsStart::Direct : net::TlsStart::Requested;
  const auto& acceptor = roster_.surroundings().tls.acceptor;
  client_.start_tls(acceptor ? acceptor->accept(start) : nullptr, already_read);
}

// "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty without TLS.
std::string Relay::tls_text() const {
  const net::TlsSession* tls = client_.tls();
  return tls == nullptr ? std::string()
                        : std::string(tls->version()) + " " + std::string(tls->cipher());
}

// A client that leaves once TLS is there has only looked.
void Relay::end_without_tls() {
  const net::TlsSession* tls = client_.tls();
  if (tls != nullptr && tls->is_established()) return end(session::CloseReason::ClientClosed);
  telemetry::log_info("TLS handshake failed",
                      {{"session", session_id_}, {"client", peer_.ip}, {"why", client_.error()}});
  if (tls != nullptr && tls->refused_certificate()) {
    record_refused(session::CloseReason::TlsFailed, client_.error());
  }
  end(session::CloseReason::TlsFailed);
}

void Relay::on_login(session::Login login) {
  login_ = std::move(login);
  // What it proved is a password of the former place, which nobody may have here.
  if (directory_epoch_ && *directory_epoch_ != roster_.user_lookups()->epoch()) {
    return refuse_login(session::CloseReason::LoginRefused,
                        "users are looked up elsewhere since a reload: log in again");
  }
  database_ = roster_.find_database(login_->database);
  if (database_ == nullptr) {
    return refuse_login(session::CloseReason::UnknownDatabase,
                        "database \"" + login_->database + "\" does not exist");
  }
  application_ = session::application_name(login_->settings);
  if (const std::string why = why_too_many(); !why.empty()) {
    return refuse_login(session::CloseReason::TooManyClients, why);
  }
  if (roster_.draining()) {
    return refuse_login(session::CloseReason::Drained, "the gateway is shutting down");
  }
  admission_.emplace(roster_.admission_sources(), database_->name, login_->user);
  if (const auto denial = admission_->denial_of_login()) return refuse_denied(*denial);
  phase_ = Phase::Greeting;
  seat_.emplace(roster_.attendance(), database_->name, login_->user);
  pool_ = &database_->pool_of(*standing().profile);
  recording_.begin(audit::Log::format_session({.session_id = session_id_,
                                               .database = database_->name,
                                               .user = login_->user,
                                               .auth_method = auth::name(login_->method),
                                               .client_ip = peer_.ip,
                                               .client_port = peer_.port,
                                               .application = application_}),
                   database_->metrics_id);
  const std::string tls = tls_text();
  recording_.note({.event = audit::Event::SessionStarted, .status = "ok", .detail = tls});
  telemetry::log_info("session opened", {{"session", session_id_},
                                         {"user", login_->user},
                                         {"database", database_->name},
                                         {"client", peer_.ip},
                                         {"application", application_},
                                         {"tls", tls}});
  enter();
}

// As PostgreSQL words it for its own limits; empty: there is room.
std::string Relay::why_too_many() const {
  const Attendance& present = roster_.attendance();
  const std::string &database = database_->name, &user = login_->user;
  const std::size_t database_max =
      database_->keeper->current()->database().max_db_client_connections;
  const std::uint64_t user_max = standing().profile->clients_max;
  if (present.all() >= roster_.surroundings().limits.clients_max) {
    return "sorry, too many clients already";
  }
  if (database_max > 0 && present.of_database(database) >= database_max) {
    return "too many connections for database \"" + database + "\"";
  }
  if (user_max > 0 && present.of_user(database, user) >= user_max) {
    return "too many connections for role \"" + user + "\"";
  }
  return {};
}

// Who would be refused only because nobody knows yet whether the catalog can be read waits.
void Relay::enter() {
  if (database_->keeper->is_starting() && !standing().unavailable.empty()) return;
  if (const auto* known = pool_->known_parameters()) return greet(*known);
  request_server();
}

void Relay::on_profiles_replaced(const Database& database) {
  if (database_ != &database) return;
  if (is_narrowed()) {
    retire({.standing = {standing().profile,
                         "a reload lets this user only read: end this transaction"},
            .reason = session::CloseReason::RightsNarrowed,
            .farewell = "terminating connection because this user may only read now"});
  } else if (phase_ == Phase::Serving) {
    session_->judge_by(standing());
  }
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
  key_ = roster_.issue_key(id_, login_->protocol);
  session_.emplace(
      roster_.shared(), recording_,
      session::SessionSettings{standing(), pool_->known_version_major(),
                               roster_.surroundings().limits.statement_bytes_max, &*admission_});
  phase_ = Phase::Serving;
  handshake_.reset();
  session_->greet(*login_, parameters, key_, output_);
  carry_out();
}

// Who asks is settled at login: a later SET application_name changes nothing.
const policy::Standing& Relay::standing() const {
  if (retired_) return retired_->standing;
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
    if (auto* lookups = roster_.user_lookups()) lookups->forget(failure.user);
  }
  if (!failure.user.empty()) record_refused(failure.reason, failure.message);
  end(failure.reason);
}

void Relay::refuse_denied(const policy::Violation& denial) {
  const auto reason = session::CloseReason::LoginDenied;
  record_refused(reason, denial.resource + " is denied at run time: " + denial.message);
  tell_refused(reason, denial.message);
}

// Before there is a session; one that waits for its greeting has records of its own. Who has not
// said who it is may be a probe, or a scan of ports: these are no logins.
void Relay::refuse_login(session::CloseReason reason, std::string_view message) {
  if (phase_ == Phase::LoggingIn && !told_user().empty()) record_refused(reason, message);
  tell_refused(reason, message);
}

// FATAL, and the end.
void Relay::tell_refused(session::CloseReason reason, std::string_view message) {
  std::string text;
  pgwire::write_error(text, {.severity = pgwire::Severity::Fatal,
                             .sqlstate = session::sqlstate(reason),
                             .message = message});
  client_.write(text);
  end(reason);
}

std::string_view Relay::told_user() const {
  if (login_) return login_->user;
  return handshake_ ? std::string_view(handshake_->user()) : std::string_view();
}

// One a connection, as it ends with it.
void Relay::record_refused(session::CloseReason reason, std::string_view why) {
  const bool has_database = database_ != nullptr;
  recording_.begin(
      audit::Log::format_session(
          {.session_id = session_id_,
           .database = has_database ? std::string_view(database_->name) : std::string_view(),
           .user = told_user(),
           .auth_method = login_ ? auth::name(login_->method) : std::string_view(),
           .client_ip = peer_.ip,
           .client_port = peer_.port,
           .application = application_}),
      has_database ? database_->metrics_id : 0);
  recording_.note({.event = audit::Event::AuthenticationFailed,
                   .status = session::name(reason),
                   .detail = why});
  roster_.surroundings().loop.wake();
}

}  // namespace gateway::relay
