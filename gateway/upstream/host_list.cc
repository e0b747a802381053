// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/host_list.h"

#include <algorithm>
#include <utility>

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

// libpq says 5432 where the list leaves the port to it.
bool has_port(const Place& place, std::string_view port) {
  return place.port.empty() || place.port == port;
}

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

std::vector<Place> places_of(const std::vector<HostEntry>& hosts) {
  std::vector<Place> places;
  for (const HostEntry& entry : hosts) {
    for (const std::string& address : entry.addresses) {
      places.push_back({entry.host, entry.port, address});
    }
    if (!entry.needs_resolution()) places.push_back({entry.host, entry.port, ""});
  }
  if (places.size() > kHostsMax) places.resize(kHostsMax);
  return places;
}

void write_places(const std::vector<Place>& places, Settings& connection) {
  std::string hosts, addresses, ports;
  for (const Place& place : places) {
    const char* separator = &place == places.data() ? "" : ",";
    hosts += separator + place.host;
    addresses += separator + place.address;
    ports += separator + place.port;
  }
  std::erase_if(connection, [](const auto& pair) {
    return pair.first == "host" || pair.first == "hostaddr" || pair.first == "port";
  });
  connection.emplace_back("host", std::move(hosts));
  connection.emplace_back("hostaddr", std::move(addresses));
  connection.emplace_back("port", std::move(ports));
}

bool pass_over(std::vector<Place>& places, const Place& silent) {
  const auto is_host = [&](const Place& place) {
    return place.host == silent.host && has_port(place, silent.port);
  };
  const auto is_silent = [&](const Place& place) {
    return is_host(place) && place.address == silent.address;
  };
  // libpq may spell an address another way ("::01"): then the whole host is meant.
  const bool is_found = std::ranges::any_of(places, is_silent);
  const auto is_meant = [&](const Place& place) {
    return is_found ? is_silent(place) : is_host(place);
  };
  const auto at = std::ranges::find_if(places, is_meant);
  if (at == places.end()) return false;
  std::ranges::rotate(places, at);
  std::erase_if(places, is_meant);
  return true;
}

std::string text_of(const Place& place) {
  std::string text = place.host;
  if (!place.address.empty() && place.address != place.host) text += " (" + place.address + ")";
  return text + " port " + place.port;
}

std::string milliseconds_text(std::chrono::milliseconds duration) {
  return std::to_string(duration.count()) + " ms";
}

std::string resolution_error(const std::string& host, const std::string& why) {
  return "could not translate host name \"" + host + "\" to address: " + why;
}

}  // namespace gateway::upstream
