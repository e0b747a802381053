// SPDX-License-Identifier: Apache-2.0
// Rules that need more than one key: what is missing, contradicts itself, or is weak.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/config/bind.h"

namespace gateway::config {

// Of no user and no database: kept for an administrator's door.
inline constexpr std::string_view kReservedName = "postern";

// PostgreSQL cuts longer names (NAMEDATALEN - 1).
inline constexpr std::size_t kNameBytesMax = 63;

// Where rules put what they find: at the key, or at what stands around it when it is not given.
class Findings {
 public:
  Findings(const Bound& bound, Diagnostics& diagnostics)
      : config_(bound.config),
        places_(bound.places),
        literal_secrets_(&bound.literal_secrets),
        diagnostics_(diagnostics) {}
  // Once it is bound and checked.
  Findings(const Config& config, const Places& places, Diagnostics& diagnostics)
      : config_(config), places_(places), diagnostics_(diagnostics) {}

  void error(std::string_view path, std::string message) {
    add(Severity::Error, path, std::move(message));
  }
  void warning(std::string_view path, std::string message) {
    add(Severity::Warning, path, std::move(message));
  }
  bool given(std::string_view path) const { return places_.contains(path); }
  bool is_literal(std::string_view path) const {
    return literal_secrets_ != nullptr && literal_secrets_->contains(path);
  }
  const Config& config() const { return config_; }

  void add(Severity severity, std::string_view path, std::string message);

 private:
  const Config& config_;
  const Places& places_;
  const std::set<std::string, std::less<>>* literal_secrets_ = nullptr;
  Diagnostics& diagnostics_;
};

// A name that clients give: `what` is "user" or "database".
void check_name(Findings& findings, std::string_view path, const std::string& name,
                std::string_view what);

// Numeric IPv4 or IPv6, or "localhost". False: it is neither, which is an error now.
bool check_address(Findings& findings, std::string_view path, const std::string& address);

// Warns of a secret that stands in the file itself.
void check_literal(Findings& findings, std::string_view path);

void check_listen(Findings& findings);
void check_users(Findings& findings);
void check_auth_query(Findings& findings);
void check_databases(Findings& findings);

// The names in access policies, and who is a principal.
void check_access_policies(Findings& findings);
void check_principals(Findings& findings);

void check(const Bound& bound, Diagnostics& diagnostics);

}  // namespace gateway::config
