// SPDX-License-Identifier: Apache-2.0
// Rules that need more than one key: what is missing, contradicts itself, or is weak.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gateway/config/bind.h"

namespace gateway::config {

// PostgreSQL cuts longer names (NAMEDATALEN - 1).
inline constexpr std::size_t kNameBytesMax = 63;

// Where rules put what they find: at the key, or at what stands around it when it is not given.
class Findings {
 public:
  Findings(const Bound& bound, Diagnostics& diagnostics)
      : bound_(bound), diagnostics_(diagnostics) {}

  void error(std::string_view path, std::string message) {
    add(Severity::Error, path, std::move(message));
  }
  void warning(std::string_view path, std::string message) {
    add(Severity::Warning, path, std::move(message));
  }
  bool given(std::string_view path) const { return bound_.places.contains(path); }
  bool is_literal(std::string_view path) const { return bound_.literal_secrets.contains(path); }
  const Config& config() const { return bound_.config; }

 private:
  void add(Severity severity, std::string_view path, std::string message);

  const Bound& bound_;
  Diagnostics& diagnostics_;
};

// A name that clients give: `what` is "user" or "database".
void check_name(Findings& findings, std::string_view path, const std::string& name,
                std::string_view what);

void check_users(Findings& findings);
void check_databases(Findings& findings);

void check(const Bound& bound, Diagnostics& diagnostics);

// Numeric loopback addresses and "localhost".
bool is_loopback(const std::string& address);

}  // namespace gateway::config
