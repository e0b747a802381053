// SPDX-License-Identifier: Apache-2.0
// The server side of one SCRAM-SHA-256 exchange (RFC 5802; PostgreSQL documentation 55.3.1). Pure:
// the nonce comes in. No channel binding is offered ("n" and "y" headers pass, "p" does not).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "gateway/auth/verifier.h"

namespace gateway::auth {

inline constexpr std::string_view kScramMechanism = "SCRAM-SHA-256";
inline constexpr std::size_t kScramMessageBytesMax = 1024;  // PG_MAX_SASL_MESSAGE_LENGTH

enum class ScramError : std::uint8_t {
  Malformed,      // not a message of RFC 5802, or with channel binding, which was not offered
  Unsupported,    // an authorization identity or an extension was asked for
  WrongPassword,  // the proof does not match, or there is no such user
};

class ScramExchange {
 public:
  // `is_genuine` false: a fake verifier; runs to the end and always answers WrongPassword.
  enum class Subject : std::uint8_t { Genuine, Fake };
  ScramExchange(ScramVerifier verifier, Subject subject, std::string server_nonce);

  // client-first-message -> server-first-message.
  std::expected<std::string, ScramError> first(std::string_view client_first);
  // client-final-message -> server-final-message ("v=…").
  std::expected<std::string, ScramError> last(std::string_view client_final);

 private:
  bool proves(std::string_view auth_message, std::string_view proof) const;

  ScramVerifier verifier_;
  Subject subject_;
  std::string nonce_;  // the server's part, then the whole
  std::string gs2_header_;
  std::string client_first_bare_;
  std::string server_first_;
};

}  // namespace gateway::auth
