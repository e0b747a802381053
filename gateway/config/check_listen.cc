// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gateway/config/check.h"
#include "gateway/config/listen.h"
#include "gateway/config/network.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

constexpr std::size_t kAddressesMax = 64;
constexpr std::size_t kNetworksMax = 1000;
constexpr std::size_t kSocketPathMax = 107;  // of sockaddr_un, without its NUL
constexpr std::uint16_t kLongestPort = 65'535;

void check_addresses(Findings& findings) {
  const auto& addresses = findings.config().listen.address;
  if (addresses.size() > kAddressesMax) {
    return findings.error("listen.address", fmt::format("has more than {} items", kAddressesMax));
  }
  for (auto each = addresses.begin(); each != addresses.end(); ++each) {
    if (check_address(findings, "listen.address", *each) &&
        std::find(addresses.begin(), each, *each) != each) {
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

void check_encryption(Findings& findings) {
  const Listen& listen = findings.config().listen;
  if (is_local(listen)) return;
  if (listen.tls.mode == TlsMode::Disable) {
    findings.warning("listen.address",
                     "clients from the network are not encrypted; set listen.tls.mode to require, "
                     "with cert and key, or listen on 127.0.0.1");
  } else if (listen.tls.mode == TlsMode::Allow) {
    findings.warning("listen.tls.mode",
                     "'allow' takes clients from the network that are not encrypted; 'require' "
                     "refuses them");
  }
}

void check_tls(Findings& findings) {
  const Tls& tls = findings.config().listen.tls;
  const bool names_files = !tls.cert.empty() || !tls.key.empty() || !tls.client_ca.empty();
  if (names_files && !findings.given("listen.tls.mode")) {
    findings.error("listen.tls", "says no mode; write mode: require, or allow");
  }
  if (tls.mode == TlsMode::Disable) return;
  for (const auto& [path, file] :
       {std::pair{"listen.tls.cert", &tls.cert}, std::pair{"listen.tls.key", &tls.key}}) {
    if (file->empty()) {
      findings.error(path,
                     fmt::format("is needed where listen.tls.mode is {}: the path of a PEM file",
                                 tls.mode == TlsMode::Allow ? "allow" : "require"));
    }
  }
}

void check_admin_socket(Findings& findings) {
  const std::string& path = findings.config().listen.admin_socket;
  if (path.size() > kSocketPathMax) {
    findings.error(
        "listen.admin_socket",
        fmt::format("is longer than {} bytes, the most a socket's path may have", kSocketPathMax));
  }
  if (!path.empty() && !path.starts_with('/')) {
    findings.error("listen.admin_socket", "must begin with '/': clients start anywhere");
  }
}

}  // namespace

void check_listen(Findings& findings) {
  check_addresses(findings);
  check_reachable(findings);
  check_socket(findings);
  check_proxies(findings);
  check_encryption(findings);
  check_tls(findings);
  check_admin_socket(findings);
}

}  // namespace gateway::config
