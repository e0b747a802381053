// SPDX-License-Identifier: Apache-2.0
// postgresql://user:password@host:port,host:port/dbname?sslmode=… (libpq 34.1.1.2) taken apart.
// Pure.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::config {

struct UrlParts {
  std::vector<std::string> hosts;
  std::vector<std::string> ports;  // digits; none, one, or one for each host
  struct Parameter {
    std::string_view key;  // ours: "user", "ssl_mode", …
    std::string value;
  };
  std::vector<Parameter> parameters;  // each key once
};

// The error never holds a part of the URL: a misread one could show a piece of the password.
std::expected<UrlParts, std::string> parse_libpq_url(std::string_view url);

}  // namespace gateway::config
