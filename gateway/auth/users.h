// SPDX-License-Identifier: Apache-2.0
// Who may connect, and how each proves it. Immutable once built; shared by sessions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "gateway/auth/verifier.h"

namespace gateway::auth {

enum class Method : std::uint8_t { ScramSha256, Trust, Password, Certificate };

std::string_view name(Method method);  // "scram-sha-256", "trust", "password", "cert"

struct User {
  Method method = Method::ScramSha256;
  ScramVerifier verifier;             // of ScramSha256 and Password
  std::string certificate_name = {};  // of Certificate: the CN that proves this user
};

class Users {
 public:
  // `fake_secret` should be the same after a restart: the salts of unknown users come from it.
  explicit Users(std::string fake_secret);
  void add(std::string_view name, User user);

  const User* find(std::string_view name) const;  // null: unknown
  // What an unknown user is asked for: as most real ones that have a password.
  Method method_of_unknown() const { return method_of_unknown_; }
  // For an unknown user, with the iteration count that most real users have, or with another one.
  ScramVerifier fake(std::string_view name) const { return fake(name, iterations_); }
  ScramVerifier fake(std::string_view name, int iterations) const;

 private:
  std::map<std::string, User, std::less<>> users_;
  std::string fake_secret_;
  int iterations_ = kDefaultIterations;
  Method method_of_unknown_ = Method::ScramSha256;
};

}  // namespace gateway::auth
