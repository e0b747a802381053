// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/host_list.h"

namespace gateway::upstream {
namespace {

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  for (;;) {
    const std::size_t comma = list.find(',');
    items.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return items;
    list.remove_prefix(comma + 1);
  }
}

struct Lists {
  std::string hosts, addresses, ports;
  std::size_t count = 0;

  void add(const HostEntry& entry, std::string_view address) {
    if (count == kHostsMax) return;
    const char* separator = count++ == 0 ? "" : ",";
    hosts += separator + entry.host;
    addresses.append(separator).append(address);
    ports += separator + entry.port;
  }
};

}  // namespace

std::vector<HostEntry> read_hosts(const Settings& connection) {
  const std::string* hosts = find_setting(connection, "host");
  if (hosts == nullptr || hosts->empty() || find_setting(connection, "hostaddr") != nullptr) {
    return {};
  }
  const std::string* port_list = find_setting(connection, "port");
  const auto ports = split(port_list == nullptr ? "" : *port_list);
  std::vector<HostEntry> entries;
  for (const std::string& host : split(*hosts)) {
    const std::size_t at = ports.size() == 1 ? 0 : entries.size();
    entries.push_back({.host = host, .port = at < ports.size() ? ports[at] : "", .addresses = {}});
  }
  return entries;
}

void write_hosts(const std::vector<HostEntry>& entries, Settings& connection) {
  Lists lists;
  for (const HostEntry& entry : entries) {
    for (const std::string& address : entry.addresses) lists.add(entry, address);
    if (!entry.needs_resolution()) lists.add(entry, "");
  }
  std::erase_if(connection, [](const auto& pair) {
    return pair.first == "host" || pair.first == "hostaddr" || pair.first == "port";
  });
  connection.emplace_back("host", lists.hosts);
  connection.emplace_back("hostaddr", lists.addresses);
  connection.emplace_back("port", lists.ports);
}

}  // namespace gateway::upstream
