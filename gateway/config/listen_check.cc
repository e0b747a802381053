// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/listen_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>

#include "gateway/config/check.h"
#include "gateway/config/network.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

constexpr std::size_t kAddressesMax = 64;
constexpr std::size_t kNetworksMax = 1000;
constexpr unsigned kModeMax = 0777;
constexpr std::uint16_t kLongestPort = 65'535;

void check_addresses(Findings& findings) {
  const auto& addresses = findings.config().listen.address;
  if (addresses.size() > kAddressesMax) {
    return findings.error("listen.address", fmt::format("has more than {} items", kAddressesMax));
  }
  for (auto each = addresses.begin(); each != addresses.end(); ++each) {
    if (!is_address(*each)) {
      findings.error("listen.address",
                     fmt::format("must be a numeric IPv4 or IPv6 address or localhost, is '{}'",
                                 printable(*each)));
    } else if (std::find(addresses.begin(), each, *each) != each) {
      findings.error("listen.address", fmt::format("names {} twice", *each));
    }
  }
}

// With port 0 nobody would find the socket; without both nobody gets in.
void check_reachable(Findings& findings) {
  const Listen& listen = findings.config().listen;
  if (!listen.address.empty()) return;
  if (listen.unix_socket_dir.empty()) {
    findings.error(
        "listen.address",
        "is empty: nobody could connect; name an address, or set listen.unix_socket_dir");
  } else if (listen.port == 0) {
    findings.error("listen.port", "is 0, which needs a listen.address; name a port");
  }
}

void check_socket(Findings& findings) {
  const Listen& listen = findings.config().listen;
  if (!parse_mode(listen.unix_socket_permissions)) {
    findings.error("listen.unix_socket_permissions",
                   fmt::format("must be an octal mode such as 0777 or 0770, is '{}'",
                               printable(listen.unix_socket_permissions)));
  }
  if (listen.unix_socket_dir.empty()) return;
  if (!listen.unix_socket_dir.starts_with('/')) {
    findings.error("listen.unix_socket_dir", "must begin with '/': clients start anywhere");
  }
  const auto port = listen.port == 0 ? kLongestPort : listen.port;
  const std::string path = socket_path(listen.unix_socket_dir, port);
  if (path.size() > kSocketPathMax) {
    findings.error(
        "listen.unix_socket_dir",
        fmt::format("is too long: {} would have {} bytes, and a socket's path at most {}",
                    printable(path), path.size(), kSocketPathMax));
  }
}

void check_proxies(Findings& findings) {
  const auto& networks = findings.config().listen.proxy_networks;
  if (networks.size() > kNetworksMax) {
    return findings.error("listen.proxy_protocol.networks",
                          fmt::format("has more than {} items", kNetworksMax));
  }
  for (const auto& text : networks) {
    const auto network = parse_network(text);
    if (!network) {
      findings.error("listen.proxy_protocol.networks",
                     fmt::format("'{}' {}", printable(text), network.error()));
    } else if (text.ends_with("/0")) {
      findings.warning("listen.proxy_protocol.networks",
                       "is everybody: any client can say that it has any address");
    }
  }
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

bool is_local(const Listen& listen) { return std::ranges::all_of(listen.address, is_loopback); }

void check_listeners(Findings& findings) {
  check_addresses(findings);
  check_reachable(findings);
  check_socket(findings);
  check_proxies(findings);
}

}  // namespace gateway::config
