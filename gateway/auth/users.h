// SPDX-License-Identifier: Apache-2.0
// Who may connect, and how each proves it. Immutable once built; shared by sessions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "gateway/auth/verifier.h"

namespace gateway::auth {

enum class Method : std::uint8_t { ScramSha256, Trust };

std::string_view name(Method method);  // "scram-sha-256", "trust"

struct User {
  Method method = Method::ScramSha256;
  ScramVerifier verifier;  // of ScramSha256
};

class Users {
 public:
  // `fake_secret` should be the same after a restart: the salts of unknown users come from it.
  explicit Users(std::string fake_secret);
  void add(std::string_view name, User user);

  const User* find(std::string_view name) const;  // null: unknown
  // For an unknown user: SCRAM with the iteration count that most real users have.
  ScramVerifier fake(std::string_view name) const;

 private:
  std::map<std::string, User, std::less<>> users_;
  std::string fake_secret_;
  int iterations_ = kDefaultIterations;
};

}  // namespace gateway::auth
