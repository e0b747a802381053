// SPDX-License-Identifier: Apache-2.0
// Who the client is: the part of a handshake behind the start-up packet. Errors are worded as
// PostgreSQL's auth.c and auth-scram.c word them.
#include "gateway/pgwire/frame.h"
#include "gateway/pgwire/sqlstate.h"
#include "gateway/pgwire/writer.h"
#include "gateway/session/handshake.h"

namespace gateway::session {
namespace {

namespace state = pgwire::sqlstate;
using auth::ScramError;
using auth::ScramMechanism;

constexpr std::uint32_t kPasswordLengthMax = 8 * 1024;

struct Wording {
  std::string_view sqlstate, message, detail = {};
};

constexpr std::string_view kMalformed = "malformed SCRAM message";

Wording wording(ScramError error) {
  switch (error) {
    case ScramError::Malformed:
    case ScramError::WrongPassword: break;  // the latter names the user: fail_password()
    case ScramError::AuthorizationIdentity:
      return {state::kFeatureNotSupported,
              "client uses authorization identity, but it is not supported"};
    case ScramError::Extension:
      return {state::kFeatureNotSupported, "client requires an unsupported SCRAM extension"};
    case ScramError::BindingMissing:
      return {state::kProtocolViolation, kMalformed,
              "The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include "
              "channel binding data."};
    case ScramError::BindingUnexpected:
      return {state::kProtocolViolation, kMalformed,
              "The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message "
              "includes channel binding data."};
    case ScramError::Downgrade:
      return {state::kInvalidAuthorization, "SCRAM channel binding negotiation error",
              "The client supports SCRAM channel binding but thinks the server does not.  "
              "However, this server does support channel binding."};
    case ScramError::UnsupportedBindingType:
      return {state::kProtocolViolation, "unsupported SCRAM channel-binding type",
              "Only tls-server-end-point is supported."};
    case ScramError::BindingCheckFailed:
      return {state::kInvalidAuthorization, "SCRAM channel binding check failed"};
  }
  return {state::kProtocolViolation, kMalformed};
}

// Where somebody may sit in the middle, the audit should know of it.
CloseReason reason_of(ScramError error) {
  const bool is_suspicious =
      error == ScramError::Downgrade || error == ScramError::BindingCheckFailed;
  return is_suspicious ? CloseReason::AuthenticationFailed : CloseReason::ClientProtocolViolation;
}

std::optional<ScramMechanism> find_mechanism(std::string_view name, const Channel& channel) {
  if (name == auth::kScramMechanism) return ScramMechanism::Plain;
  if (name == auth::kScramPlusMechanism && !channel.end_point.empty()) return ScramMechanism::Plus;
  return std::nullopt;
}

}  // namespace

void Handshake::start_authentication(std::string& to_client) {
  using enum auth::Method;
  const auth::User* user = context_.users.find(login_.user);
  if (user == nullptr) {
    if (context_.other_users == HandshakeContext::OtherUsers::AskedAfter) {
      phase_ = Phase::AwaitingUser;
      question_ = UserQuestion{login_.user};
      return;
    }
    const auto fake = context_.users.fake(login_.user);
    if (context_.users.method_of_unknown() == Password) {
      return start_password(fake, Subject::Fake, to_client);
    }
    return start_scram(fake, Subject::Fake, to_client);
  }
  switch (user->method) {
    case ScramSha256: return start_scram(user->verifier, Subject::Genuine, to_client);
    case Password: return start_password(user->verifier, Subject::Genuine, to_client);
    case Trust: return admit_trusted(to_client);
    case Certificate: return admit_certified(user->certificate_name, to_client);
  }
}

void Handshake::on_user(const auth::ScramVerifier& verifier, Subject subject,
                        std::string& to_client) {
  if (phase_ == Phase::AwaitingUser) start_scram(verifier, subject, to_client);
}

void Handshake::start_scram(const auth::ScramVerifier& verifier, Subject subject,
                            std::string& to_client) {
  const std::string& end_point = context_.channel.end_point;
  scram_.emplace(verifier, subject, context_.server_nonce, end_point);
  if (end_point.empty()) {
    pgwire::write_authentication_sasl(to_client, {auth::kScramMechanism});
  } else {
    pgwire::write_authentication_sasl(to_client,
                                      {auth::kScramPlusMechanism, auth::kScramMechanism});
  }
  phase_ = Phase::SaslInitial;
}

void Handshake::start_password(const auth::ScramVerifier& verifier, Subject subject,
                               std::string& to_client) {
  if (!context_.channel.is_encrypted) {
    return fail(CloseReason::LoginRefused, state::kInvalidAuthorization,
                "user \"" + login_.user +
                    "\" would send a password in clear text: connect with TLS (sslmode=require)",
                to_client);
  }
  verifier_ = verifier;
  subject_ = subject;
  pgwire::write_authentication_cleartext_password(to_client);
  phase_ = Phase::Password;
}

void Handshake::admit_trusted(std::string& to_client) {
  if (context_.channel.peer == Channel::Peer::Network) {
    return fail(CloseReason::LoginRefused, state::kInvalidAuthorization,
                "user \"" + login_.user + "\" may log in without a password from this host only",
                to_client);
  }
  admit(auth::Method::Trust);
}

void Handshake::admit_certified(const std::string& certificate_name, std::string& to_client) {
  const std::string& shown = context_.channel.certificate_name;
  if (shown.empty()) {
    return fail(CloseReason::AuthenticationFailed, state::kInvalidAuthorization,
                "connection requires a valid client certificate", to_client);
  }
  if (shown != certificate_name) {
    return fail(CloseReason::AuthenticationFailed, state::kInvalidAuthorization,
                "certificate authentication failed for user \"" + login_.user + "\"", to_client);
  }
  admit(auth::Method::Certificate);
}

std::size_t Handshake::on_password_bytes(std::string_view bytes, std::string& to_client) {
  const auto header = pgwire::read_header(bytes, kPasswordLengthMax);
  const bool is_wrong = !bytes.empty() && bytes[0] != pgwire::frontend::kPassword;
  if (!header || is_wrong) {
    const std::string expected = phase_ == Phase::Password ? "password" : "SASL";
    fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
         is_wrong ? "expected " + expected + " response, got message type " +
                        std::to_string(static_cast<unsigned char>(bytes[0]))
                  : "invalid message length",
         to_client);
    return 0;
  }
  if (!*header || bytes.size() < (*header)->frame_bytes()) return 0;
  const std::string_view body = bytes.substr(pgwire::kHeaderBytes, (*header)->body_bytes);
  switch (phase_) {
    case Phase::Password: on_password(body, to_client); break;
    case Phase::SaslInitial: on_sasl_initial(body, to_client); break;
    case Phase::SaslFinal: on_sasl_response(body, to_client); break;
    case Phase::Opening:
    case Phase::AwaitingTls:
    case Phase::AwaitingUser:
    case Phase::AwaitingCheck:
    case Phase::Done: return 0;
  }
  return (*header)->frame_bytes();
}

void Handshake::on_password(std::string_view body, std::string& to_client) {
  if (body.empty() || body.find('\0') != body.size() - 1) {
    return fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
                "invalid password packet size", to_client);
  }
  phase_ = Phase::AwaitingCheck;
  question_ = PasswordQuestion{std::string(body.substr(0, body.size() - 1)), verifier_};
}

void Handshake::on_password_checked(PasswordCheck outcome, std::string& to_client) {
  if (phase_ != Phase::AwaitingCheck) return;
  if (outcome == PasswordCheck::Wrong || subject_ == Subject::Fake) return fail_password(to_client);
  admit(auth::Method::Password);
}

void Handshake::on_sasl_initial(std::string_view body, std::string& to_client) {
  const auto response = pgwire::read_sasl_initial(body);
  if (!response) return fail_scram(ScramError::Malformed, to_client);
  const auto mechanism = find_mechanism(response->mechanism, context_.channel);
  if (!mechanism) {
    return fail(CloseReason::ClientProtocolViolation, state::kProtocolViolation,
                "client selected an invalid SASL authentication mechanism", to_client);
  }
  const auto answer = scram_->first(*mechanism, response->data);
  if (!answer) return fail_scram(answer.error(), to_client);
  pgwire::write_authentication_sasl_continue(to_client, *answer);
  phase_ = Phase::SaslFinal;
}

void Handshake::on_sasl_response(std::string_view body, std::string& to_client) {
  const auto answer = scram_->last(body);
  if (!answer) return fail_scram(answer.error(), to_client);
  pgwire::write_authentication_sasl_final(to_client, *answer);
  admit(auth::Method::ScramSha256);
}

void Handshake::fail_scram(ScramError error, std::string& to_client) {
  if (error == ScramError::WrongPassword) return fail_password(to_client);
  const Wording words = wording(error);
  fail(reason_of(error), words.sqlstate, std::string(words.message), to_client, words.detail);
}

void Handshake::fail_password(std::string& to_client) {
  fail(CloseReason::AuthenticationFailed, state::kInvalidPassword,
       "password authentication failed for user \"" + login_.user + "\"", to_client);
}

void Handshake::admit(auth::Method method) {
  login_.method = method;
  phase_ = Phase::Done;
  result_ = login_;
}

}  // namespace gateway::session
