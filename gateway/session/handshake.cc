// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/handshake.h"

#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/names.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;

constexpr std::uint32_t kPasswordLengthMax = 8 * 1024;

template <typename... Case>
struct Overload : Case... {
  using Case::operator()...;
};

bool is_false(std::string_view value) {
  return value == "false" || value == "off" || value == "no" || value == "0" || value == "f";
}

std::string unsupported_version(const pgwire::StartupMessage& message) {
  return "unsupported frontend protocol " + std::to_string(message.major) + "." +
         std::to_string(message.minor) + ": server supports 3.0 to 3.0";
}

}  // namespace

Handshake::Handshake(HandshakeContext context) : context_(std::move(context)) {}

std::size_t Handshake::on_bytes(std::string_view bytes, std::string& to_client) {
  std::size_t consumed = 0;
  while (phase_ != Phase::Done) {
    const std::string_view rest = bytes.substr(consumed);
    const std::size_t taken = phase_ == Phase::Opening ? on_startup_bytes(rest, to_client)
                                                       : on_password_bytes(rest, to_client);
    if (taken == 0) break;
    consumed += taken;
  }
  return consumed;
}

std::size_t Handshake::on_startup_bytes(std::string_view bytes, std::string& to_client) {
  const auto frame = pgwire::read_startup(bytes);
  if (!frame) {
    const bool layout = frame.error() == pgwire::StartupError::BadLayout;
    fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
         layout ? "invalid startup packet layout: expected terminator as last byte"
                : "invalid length of startup packet",
         to_client);
    return 0;
  }
  if (!*frame) return 0;
  const std::string_view behind = bytes.substr((*frame)->bytes);
  std::visit(
      Overload{
          [&](const pgwire::SslRequest&) { on_encryption_request(ssl_asked_, behind, to_client); },
          [&](const pgwire::GssEncRequest&) {
            on_encryption_request(gss_asked_, behind, to_client);
          },
          [&](const pgwire::CancelRequest& request) {
            phase_ = Phase::Done;
            result_ = CancelKey{request.process_id, std::string(request.key)};
          },
          [&](const pgwire::StartupMessage& message) { on_startup(message, to_client); },
      },
      (*frame)->packet);
  return (*frame)->bytes;
}

// Bytes that were sent before the answer could have been put there by somebody in the middle
// (CVE-2021-23214): they end the connection, as in PostgreSQL.
void Handshake::on_encryption_request(bool& seen, std::string_view behind, std::string& to_client) {
  const bool is_ssl = &seen == &ssl_asked_;
  if (seen) {
    return fail(CloseReason::ClientProtocolViolation, state::kFeatureNotSupported,
                is_ssl ? "unsupported frontend protocol 1234.5679: server supports 3.0 to 3.0"
                       : "unsupported frontend protocol 1234.5680: server supports 3.0 to 3.0",
                to_client);
  }
  seen = true;
  if (!behind.empty()) {
    return fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
                is_ssl ? "received unencrypted data after SSL request"
                       : "received unencrypted data after GSSAPI encryption request",
                to_client);
  }
  to_client.push_back('N');
}

void Handshake::on_startup(const pgwire::StartupMessage& message, std::string& to_client) {
  if (message.major != 3) {
    return fail(CloseReason::ClientProtocolViolation, state::kFeatureNotSupported,
                unsupported_version(message), to_client);
  }
  if (!take_parameters(message, to_client)) return;
  negotiate(message, to_client);
  start_authentication(to_client);
}

bool Handshake::take_parameters(const pgwire::StartupMessage& message, std::string& to_client) {
  for (const auto& [name, value] : message.parameters) {
    if (name == "user") {
      login_.user = name_key(value);
    } else if (name == "database") {
      login_.database = name_key(value);
    } else if (name == "replication") {
      if (is_false(value)) continue;
      fail(CloseReason::LoginRefused, state::kFeatureNotSupported,
           "replication connections are not served here; connect to the PostgreSQL server itself",
           to_client);
      return false;
    } else if (name == "options") {
      auto settings = read_options(value);
      if (!settings) {
        fail(CloseReason::LoginRefused, state::kInvalidParameterValue,
             "startup parameter \"options\" may only hold settings, as in \"-c name=value\"",
             to_client);
        return false;
      }
      for (auto& setting : *settings) login_.settings.push_back(std::move(setting));
    } else if (!name.starts_with("_pq_.")) {
      login_.settings.emplace_back(name, value);
    }
  }
  if (login_.user.empty()) {
    fail(CloseReason::LoginRefused, state::kInvalidAuthorization,
         "no PostgreSQL user name specified in startup packet", to_client);
    return false;
  }
  if (login_.database.empty()) login_.database = login_.user;
  return true;
}

void Handshake::negotiate(const pgwire::StartupMessage& message, std::string& to_client) {
  std::vector<std::string_view> unknown;
  for (const auto& [name, value] : message.parameters) {
    if (name.starts_with("_pq_.")) unknown.push_back(name);
  }
  if (message.minor > 0 || !unknown.empty()) {
    pgwire::write_negotiate_protocol_version(to_client, pgwire::kProtocol30, unknown);
  }
}

void Handshake::start_authentication(std::string& to_client) {
  const auth::User* user = context_.users.find(login_.user);
  if (user != nullptr && user->method == auth::Method::Trust) {
    if (context_.peer != HandshakeContext::Peer::Loopback) {
      return fail(CloseReason::LoginRefused, state::kInvalidAuthorization,
                  "user \"" + login_.user + "\" may log in without a password from this host only",
                  to_client);
    }
    login_.method = auth::Method::Trust;
    phase_ = Phase::Done;
    result_ = login_;
    return;
  }
  using Subject = auth::ScramExchange::Subject;
  scram_.emplace(user != nullptr ? user->verifier : context_.users.fake(login_.user),
                 user != nullptr ? Subject::Genuine : Subject::Fake, context_.server_nonce);
  pgwire::write_authentication_sasl(to_client, {auth::kScramMechanism});
  phase_ = Phase::SaslInitial;
}

std::size_t Handshake::on_password_bytes(std::string_view bytes, std::string& to_client) {
  const auto header = pgwire::read_header(bytes, kPasswordLengthMax);
  const bool is_wrong = !bytes.empty() && bytes[0] != pgwire::frontend::kPassword;
  if (!header || is_wrong) {
    fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
         is_wrong ? "expected SASL response, got message type " +
                        std::to_string(static_cast<unsigned char>(bytes[0]))
                  : "invalid message length",
         to_client);
    return 0;
  }
  if (!*header || bytes.size() < (*header)->frame_bytes()) return 0;
  const std::string_view body = bytes.substr(pgwire::kHeaderBytes, (*header)->body_bytes);
  if (phase_ == Phase::SaslInitial) {
    on_sasl_initial(body, to_client);
  } else {
    on_sasl_response(body, to_client);
  }
  return (*header)->frame_bytes();
}

void Handshake::on_sasl_initial(std::string_view body, std::string& to_client) {
  const auto response = pgwire::read_sasl_initial(body);
  if (!response) return fail_scram(auth::ScramError::Malformed, to_client);
  if (response->mechanism != auth::kScramMechanism) {
    return fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
                "client selected an invalid SASL authentication mechanism", to_client);
  }
  const auto answer = scram_->first(response->data);
  if (!answer) return fail_scram(answer.error(), to_client);
  pgwire::write_authentication_sasl_continue(to_client, *answer);
  phase_ = Phase::SaslFinal;
}

void Handshake::on_sasl_response(std::string_view body, std::string& to_client) {
  const auto answer = scram_->last(body);
  if (!answer) return fail_scram(answer.error(), to_client);
  pgwire::write_authentication_sasl_final(to_client, *answer);
  login_.method = auth::Method::ScramSha256;
  phase_ = Phase::Done;
  result_ = login_;
}

void Handshake::fail_scram(auth::ScramError error, std::string& to_client) {
  switch (error) {
    case auth::ScramError::WrongPassword:
      return fail(CloseReason::AuthenticationFailed, state::kInvalidPassword,
                  "password authentication failed for user \"" + login_.user + "\"", to_client);
    case auth::ScramError::Unsupported:
      return fail(CloseReason::ClientProtocolViolation, state::kFeatureNotSupported,
                  "client uses an authorization identity or a SCRAM extension, which is not "
                  "supported",
                  to_client);
    case auth::ScramError::Malformed:
      return fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
                  "malformed SCRAM message", to_client);
  }
}

void Handshake::fail(CloseReason reason, std::string_view sqlstate, std::string message,
                     std::string& to_client) {
  pgwire::write_error(
      to_client, {.severity = pgwire::Severity::Fatal, .sqlstate = sqlstate, .message = message});
  phase_ = Phase::Done;
  result_ = LoginFailure{reason, login_.user, std::move(message)};
}

}  // namespace gateway::session
