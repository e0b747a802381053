// SPDX-License-Identifier: Apache-2.0
// Handshakes with a client of RFC 7677 section 3: user "user", password "pencil".
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/auth/base64.h"
#include "gateway/session/handshake.h"
#include "tests/unit/gateway/pgwire/bytes.h"
#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {

using Peer = Channel::Peer;

inline constexpr std::uint32_t kV30 = 3 << 16;
inline const std::string kNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

// Of names and values with a '|' between them.
inline std::string start(std::string_view pairs, std::uint32_t version = kV30) {
  std::string body;
  for (const char c : pairs) body += c == '|' ? '\0' : c;
  return wire::startup(version, body + std::string(2, '\0'));
}

// "local" is trusted.
class Handshaking : public testing::Test {
 protected:
  Handshaking() {
    users_.add("user", {.method = auth::Method::ScramSha256, .verifier = pencil()});
    users_.add("local", {.method = auth::Method::Trust});
  }
  static auth::ScramVerifier pencil() {
    return auth::derive_verifier("pencil", *auth::decode_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
  }

  Handshake handshake(Peer peer = Peer::Loopback) {
    return Handshake({users_, kNonce, {.peer = peer}});
  }

  // Gives `bytes` in pieces, as a connection does; answers what the client gets.
  std::string give(Handshake& handshake, std::string_view bytes, std::size_t piece = 100'000) {
    std::string answer;
    left_.clear();
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      left_ += bytes.substr(at, piece);
      left_.erase(0, handshake.on_bytes(left_, answer));
    }
    return answer;
  }

  template <typename Result>
  static const Result* result(const Handshake& handshake) {
    return handshake.result() ? std::get_if<Result>(&*handshake.result()) : nullptr;
  }
  static const LoginFailure* failure(const Handshake& handshake) {
    return result<LoginFailure>(handshake);
  }
  static const Login* login(const Handshake& handshake) { return result<Login>(handshake); }

  static std::string initial(std::string_view mechanism, std::string_view first) {
    return wire::frame('p', wire::z(mechanism) +
                                wire::be32(static_cast<std::uint32_t>(first.size())) +
                                std::string(first));
  }

  const std::string first_ = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
  const std::string initial_ = initial("SCRAM-SHA-256", first_);
  const std::string final_ =
      wire::frame('p', "c=biws,r=rOprNGfwEbeRWgbNEkqO" + kNonce +
                           ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  std::string left_;  // of what was given last: not taken
  auth::Users users_{"secret"};
};

}  // namespace gateway::session
