// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/listen.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "gateway/config/network.h"

namespace gateway::config {
namespace {

constexpr unsigned kModeMax = 0777;

// Numeric loopback addresses and "localhost".
bool is_loopback(const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  if (address == "localhost") return true;
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return false;
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&v6);
  return IN6_IS_ADDR_LOOPBACK(&v6) || (is_mapped && v6.s6_addr[12] == 127);
}

}  // namespace

std::string socket_path(std::string_view folder, std::uint16_t port) {
  return fmt::format("{}/.s.PGSQL.{}", folder, port);
}

std::optional<unsigned> parse_mode(std::string_view text) {
  constexpr int kOctal = 8;
  unsigned mode = 0;
  if (text.size() < 3 || text.size() > 4) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, kOctal);
  if (error != std::errc() || end != text.data() + text.size() || mode > kModeMax) {
    return std::nullopt;
  }
  return mode;
}

bool is_behind_proxies(const Listen& listen) {
  std::vector<Network> proxies;
  for (const auto& text : listen.proxy_networks) {
    if (const auto network = parse_network(text)) proxies.push_back(*network);
  }
  const auto is_proxy = [&](std::string_view address) {
    return std::ranges::any_of(
        proxies, [address](const Network& network) { return contains(network, address); });
  };
  if (listen.address.empty()) return false;
  return std::ranges::all_of(listen.address, [&](const std::string& address) {
    if (address == "localhost") return is_proxy("127.0.0.1") && is_proxy("::1");
    return is_proxy(address);
  });
}

bool is_local(const Listen& listen) { return std::ranges::all_of(listen.address, is_loopback); }

}  // namespace gateway::config
