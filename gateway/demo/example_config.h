// SPDX-License-Identifier: Apache-2.0
// The configuration file that the demo serves with: complete, commented, fit to be copied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::demo {

// The demo's clients. The data are invented and the listener is on loopback, so the password may be
// known: people can type what the README says.
inline constexpr std::string_view kClientUser = "analyst";  // is refused what may not be read
inline constexpr std::string_view kSecondUser = "support";  // * is written out for it
inline constexpr std::string_view kThirdUser = "reports";   // gets what may be read of a row
inline constexpr std::string_view kClientPassword = "postern-demo";
inline constexpr std::string_view kDatabase = "shop";
// What the gateway logs in as, and becomes: shop.sql makes both.
inline constexpr std::string_view kServerUser = "postern_gateway";
inline constexpr std::string_view kServerRole = "shop_reader";

struct ExampleConfig {
  std::uint16_t port = 6432;
  std::uint16_t metrics_port = 9090;
  std::uint16_t server_port = 0;
  std::string server_password;
  std::string audit_path;
};

std::string to_yaml(const ExampleConfig& config);

}  // namespace gateway::demo
