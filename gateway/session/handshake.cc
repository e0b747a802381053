// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/handshake.h"

#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/login_settings.h"
#include "gateway/session/names.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;

constexpr char kTlsHandshakeByte = 0x16;  // the type of the record that a ClientHello is in

template <typename... Case>
struct Overload : Case... {
  using Case::operator()...;
};

std::string unsupported_version(const pgwire::StartupMessage& message) {
  return "unsupported frontend protocol " + std::to_string(message.major) + "." +
         std::to_string(message.minor) + ": server supports 3.0 to 3.2";
}

// 3.1 was never a protocol; what it may ask for is 3.0.
std::uint32_t spoken_version(std::uint16_t asked_minor) {
  return asked_minor >= 2 ? pgwire::kProtocol32 : pgwire::kProtocol30;
}

// A client of protocol 2 knows no other form of an error.
std::string error_of_protocol_2(std::string_view message) {
  std::string text = "EFATAL:  ";
  return text.append(message).append(1, '\n').append(1, '\0');
}

}  // namespace

Handshake::Handshake(HandshakeContext context) : context_(std::move(context)) {}

std::size_t Handshake::on_bytes(std::string_view bytes, std::string& to_client) {
  std::size_t consumed = 0;
  while (phase_ != Phase::Done && !awaits_answer()) {
    const std::string_view rest = bytes.substr(consumed);
    if (is_direct_tls(rest)) {
      phase_ = Phase::AwaitingTls;
      result_ = TlsRequest::Direct;
      break;
    }
    const std::size_t taken = phase_ == Phase::Opening ? on_startup_bytes(rest, to_client)
                                                       : on_password_bytes(rest, to_client);
    if (taken == 0) break;
    consumed += taken;
  }
  return consumed;
}

// Only as the very first byte: behind a request it is the length of a packet that is too long.
bool Handshake::is_direct_tls(std::string_view bytes) const {
  return phase_ == Phase::Opening && offers_tls() && !ssl_asked_ && !gss_asked_ &&
         bytes.starts_with(kTlsHandshakeByte);
}

bool Handshake::offers_tls() const {
  return context_.encryption != Encryption::Disabled &&
         context_.channel.peer != Channel::Peer::UnixSocket;
}

void Handshake::on_tls(Channel channel) {
  context_.channel = std::move(channel);
  ssl_asked_ = gss_asked_ = true;  // neither may come again inside
  phase_ = Phase::Opening;
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
          [&](const pgwire::SslRequest&) { on_encryption_request(Asked::Ssl, behind, to_client); },
          [&](const pgwire::GssEncRequest&) {
            on_encryption_request(Asked::GssEnc, behind, to_client);
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
void Handshake::on_encryption_request(Asked asked, std::string_view behind,
                                      std::string& to_client) {
  const bool is_ssl = asked == Asked::Ssl;
  bool& seen = is_ssl ? ssl_asked_ : gss_asked_;
  if (seen) {
    return fail(CloseReason::ClientProtocolViolation, state::kFeatureNotSupported,
                is_ssl ? "unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2"
                       : "unsupported frontend protocol 1234.5680: server supports 3.0 to 3.2",
                to_client);
  }
  seen = true;
  if (!behind.empty()) {
    return fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
                is_ssl ? "received unencrypted data after SSL request"
                       : "received unencrypted data after GSSAPI encryption request",
                to_client);
  }
  if (!is_ssl || !offers_tls()) return to_client.push_back('N');
  to_client.push_back('S');
  phase_ = Phase::AwaitingTls;
  result_ = TlsRequest::Asked;
}

void Handshake::on_startup(const pgwire::StartupMessage& message, std::string& to_client) {
  if (message.major != 3) return refuse_version(message, to_client);
  name_user(message);
  if (context_.encryption == Encryption::Required && offers_tls() &&
      !context_.channel.is_encrypted) {
    return fail(CloseReason::LoginRefused, state::kInvalidAuthorization,
                "only encrypted connections are taken here: connect with sslmode=require, or "
                "stronger",
                to_client);
  }
  if (!take_parameters(message, to_client)) return;
  negotiate(message, to_client);
  start_authentication(to_client);
}

void Handshake::refuse_version(const pgwire::StartupMessage& message, std::string& to_client) {
  std::string told;
  fail(CloseReason::ClientProtocolViolation, state::kFeatureNotSupported,
       unsupported_version(message), told);
  to_client += message.major == 2 ? error_of_protocol_2(unsupported_version(message)) : told;
}

// First of all: whatever it is refused for, the audit can say who it was.
void Handshake::name_user(const pgwire::StartupMessage& message) {
  for (const auto& [name, value] : message.parameters) {
    if (name == "user") login_.user = name_key(value);
  }
}

bool Handshake::take_parameters(const pgwire::StartupMessage& message, std::string& to_client) {
  Settings plain;
  for (const auto& [name, value] : message.parameters) {
    if (name == "user") continue;
    if (name == "database") {
      login_.database = name_key(value);
    } else if (name == "replication") {
      const auto flag = read_flag(value);
      if (flag == false) continue;
      if (!flag && value != "database") {
        fail(CloseReason::LoginRefused, state::kInvalidParameterValue,
             "invalid value for parameter \"replication\": \"" + std::string(value) + '"',
             to_client);
        return false;
      }
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
      plain.emplace_back(name, value);
    }
  }
  // PostgreSQL takes `options` first, wherever they stand (process_startup_options()): the last one
  // counts.
  std::ranges::move(plain, std::back_inserter(login_.settings));
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
  login_.protocol = spoken_version(message.minor);
  const bool is_as_asked = login_.protocol == (pgwire::kProtocol30 | message.minor);
  if (!is_as_asked || !unknown.empty()) {
    pgwire::write_negotiate_protocol_version(to_client, login_.protocol, unknown);
  }
}

void Handshake::fail(CloseReason reason, std::string_view sqlstate, std::string message,
                     std::string& to_client, std::string_view detail) {
  pgwire::write_error(to_client, {.severity = pgwire::Severity::Fatal,
                                  .sqlstate = sqlstate,
                                  .message = message,
                                  .detail = detail});
  phase_ = Phase::Done;
  result_ = LoginFailure{reason, login_.user, std::move(message)};
}

}  // namespace gateway::session
