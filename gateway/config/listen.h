// SPDX-License-Identifier: Apache-2.0
// What the keys under `listen` come to: a socket's path and mode, who can reach us. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/config.h"

namespace gateway::config {

// Where PostgreSQL's clients look for a server's socket: "/run/postern/.s.PGSQL.6432".
std::string socket_path(std::string_view folder, std::uint16_t port);

// "0770" or "770": what chmod takes; nothing where it is no such number.
std::optional<unsigned> parse_mode(std::string_view text);

// Who connects from the very host to one of the addresses counts as behind a proxy.
bool is_behind_proxies(const Listen& listen);

// No client from another host can reach a listener.
bool is_local(const Listen& listen);

}  // namespace gateway::config
