// SPDX-License-Identifier: Apache-2.0
#include "gateway/auth/users.h"

#include <algorithm>
#include <utility>

namespace gateway::auth {

std::string_view name(Method method) {
  switch (method) {
    case Method::ScramSha256: return "scram-sha-256";
    case Method::Trust: return "trust";
  }
  return "unknown";
}

Users::Users(std::string fake_secret) : fake_secret_(std::move(fake_secret)) {}

void Users::add(std::string_view name, User user) {
  users_.insert_or_assign(std::string(name), std::move(user));
  std::map<int, std::size_t> counts;
  for (const auto& [ignored, known] : users_) {
    if (known.method == Method::ScramSha256) ++counts[known.verifier.iterations];
  }
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  if (most != counts.end()) iterations_ = most->first;
}

const User* Users::find(std::string_view name) const {
  const auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

ScramVerifier Users::fake(std::string_view name) const {
  return fake_verifier(name, fake_secret_, iterations_);
}

}  // namespace gateway::auth
