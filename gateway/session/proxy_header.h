// SPDX-License-Identifier: Apache-2.0
// What a load balancer puts before a client's first byte: version 2 of the PROXY protocol
// (haproxy.org, proxy-protocol.txt, section 2.2). Pure; knows nothing of who may send one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace gateway::session {

// A longer one is refused; what real ones carry besides addresses has some hundred bytes.
inline constexpr std::size_t kProxyHeaderBytesMax = 4096;

struct ProxyHeader {
  std::size_t bytes = 0;  // of the whole header; behind it the client's own begin
  // Of the client, 4 or 16 bytes in network order; empty where the header tells none: LOCAL (the
  // balancer speaks for itself), an unspecified family, a Unix socket. Borrowed: from the input.
  std::string_view address;
  std::uint16_t port = 0;
};

enum class ProxyError : std::uint8_t {
  Missing,      // the bytes begin otherwise
  TextVersion,  // version 1
  Version,
  Command,
  Family,
  Length,  // above kProxyHeaderBytesMax, or too short for its addresses
};

// Phrases that follow "the PROXY header".
std::string_view describe(ProxyError error);

// Nothing: more bytes are needed. Refuses at the first byte that is wrong.
std::expected<std::optional<ProxyHeader>, ProxyError> read_proxy_header(std::string_view bytes);

}  // namespace gateway::session
