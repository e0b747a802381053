// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/users.h"

#include <algorithm>
#include <utility>

namespace gateway::auth {
namespace {

bool has_password(const User& user) {
  return user.method == Method::ScramSha256 || user.method == Method::Password;
}

// Of equally common ones the first.
template <typename Value>
Value most_common(const std::map<Value, std::size_t>& counts, Value otherwise) {
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  return most == counts.end() ? otherwise : most->first;
}

}  // namespace

std::string_view name(Method method) {
  switch (method) {
    case Method::ScramSha256: return "scram-sha-256";
    case Method::Trust: return "trust";
    case Method::Password: return "password";
    case Method::Certificate: return "cert";
  }
  return "unknown";
}

Users::Users(std::string fake_secret) : fake_secret_(std::move(fake_secret)) {}

void Users::add(std::string_view name, User user) {
  users_.insert_or_assign(std::string(name), std::move(user));
  std::map<int, std::size_t> iterations;
  std::map<Method, std::size_t> methods;
  for (const auto& [ignored, known] : users_) {
    if (!has_password(known)) continue;
    ++iterations[known.verifier.iterations];
    ++methods[known.method];
  }
  iterations_ = most_common(iterations, kDefaultIterations);
  method_of_unknown_ = most_common(methods, Method::ScramSha256);
}

const User* Users::find(std::string_view name) const {
  const auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

ScramVerifier Users::fake(std::string_view name, int iterations) const {
  return fake_verifier(name, fake_secret_, iterations);
}

}  // namespace gateway::auth
