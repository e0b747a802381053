// SPDX-License-Identifier: Apache-2.0
// The server side of one SCRAM-SHA-256 exchange, with channel binding (-PLUS) where the channel has
// something to bind to (RFC 5802, RFC 5929; PostgreSQL documentation 55.3.1). Pure: the nonce and
// the binding data come in.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "gateway/auth/verifier.h"

namespace gateway::auth {

inline constexpr std::string_view kScramMechanism = "SCRAM-SHA-256";
inline constexpr std::string_view kScramPlusMechanism = "SCRAM-SHA-256-PLUS";
inline constexpr std::size_t kScramMessageBytesMax = 1024;  // PG_MAX_SASL_MESSAGE_LENGTH

enum class ScramMechanism : std::uint8_t { Plain, Plus };

enum class ScramError : std::uint8_t {
  Malformed,               // not a message of RFC 5802
  AuthorizationIdentity,   // one was asked for
  Extension,               // one that must be understood was asked for
  BindingMissing,          // Plus was chosen, and the message does not bind
  BindingUnexpected,       // Plain was chosen, and the message binds
  Downgrade,               // the client says that Plus was not offered: somebody took it away
  UnsupportedBindingType,  // another one than tls-server-end-point
  BindingCheckFailed,      // the client sees another certificate than ours
  WrongPassword,           // the proof does not match, or there is no such user
};

class ScramExchange {
 public:
  // Fake: runs to the end and always answers WrongPassword.
  enum class Subject : std::uint8_t { Genuine, Fake };
  // `end_point`: the binding data "tls-server-end-point"; not empty exactly if Plus was offered.
  ScramExchange(ScramVerifier verifier, Subject subject, std::string server_nonce,
                std::string end_point = {});

  // client-first-message -> server-first-message.
  std::expected<std::string, ScramError> first(ScramMechanism chosen,
                                               std::string_view client_first);
  // client-final-message -> server-final-message ("v=…").
  std::expected<std::string, ScramError> last(std::string_view client_final);

 private:
  std::expected<void, ScramError> take_gs2_header(std::string_view& message);
  std::expected<void, ScramError> check_binding(std::string_view encoded) const;
  bool proves(std::string_view auth_message, std::string_view proof) const;

  ScramVerifier verifier_;
  Subject subject_;
  std::string nonce_;  // the server's part, then the whole
  std::string end_point_;
  ScramMechanism chosen_ = ScramMechanism::Plain;
  std::string gs2_header_;
  std::string client_first_bare_;
  std::string server_first_;
};

}  // namespace gateway::auth
