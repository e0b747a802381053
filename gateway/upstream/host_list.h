// SPDX-License-Identifier: Apache-2.0
// libpq's lists of hosts and ports, spread over the addresses that the hosts resolved to. Pure.
#pragma once

#include <chrono>
#include <compare>
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

// One address of a host, or a Unix socket: then `address` is empty.
struct Place {
  std::string host, port, address;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// At most kHostsMax; hosts that needed an address and have none are left out.
std::vector<Place> places_of(const std::vector<HostEntry>& hosts);

// Replaces host, hostaddr and port by lists with one entry a place.
void write_places(const std::vector<Place>& places, Settings& connection);

// Takes out the place that libpq was at, as it names it, and puts those in front of it behind the
// others: where a standby is preferred, a primary among them may be wanted yet. False: libpq's name
// is not among them, and nothing is changed.
bool pass_over(std::vector<Place>& places, const Place& silent);

// For error messages.
std::string text_of(const Place& place);
std::string milliseconds_text(std::chrono::milliseconds duration);
std::string resolution_error(const std::string& host, const std::string& why);

}  // namespace gateway::upstream
