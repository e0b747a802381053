// SPDX-License-Identifier: Apache-2.0
// Networks in CIDR notation, and whether an address lies in one. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::config {

// IPv4 is kept as what maps it into IPv6 (RFC 4291, 2.5.5.2), so a client that comes over a socket
// for both is the same.
struct Network {
  std::array<std::uint8_t, 16> address{};
  unsigned bits = 0;  // of 128
};

// "10.0.0.0/8", "2001:db8::/32", or one address. The error is a phrase: "is no address".
std::expected<Network, std::string> parse_network(std::string_view text);

// `address` is numeric; what is none (a Unix socket) lies in no network.
bool contains(const Network& network, std::string_view address);

}  // namespace gateway::config
