// SPDX-License-Identifier: Apache-2.0
// libpq's lists of hosts and ports, spread over the addresses that the hosts resolved to. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/upstream/startup_options.h"

namespace gateway::upstream {

inline constexpr std::size_t kHostsMax = 64;  // entries after resolution; libpq tries each in turn

struct HostEntry {
  std::string host;                    // for TLS verification and Unix sockets
  std::string port;                    // empty: the default
  std::vector<std::string> addresses;  // empty: not resolved (a Unix socket, or no address)
  bool needs_resolution() const { return !host.empty() && host[0] != '/' && host[0] != '@'; }
};

// From `host` and `port` of the connection parameters; empty when there is no host to resolve, or
// when hostaddr or a service decides.
std::vector<HostEntry> read_hosts(const Settings& connection);

// Replaces host, hostaddr and port by lists with one entry an address; entries that needed an
// address and have none are left out.
void write_hosts(const std::vector<HostEntry>& entries, Settings& connection);

}  // namespace gateway::upstream
