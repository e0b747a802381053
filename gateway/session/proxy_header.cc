// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/proxy_header.h"

#include <algorithm>

namespace gateway::session {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::string_view kTextSignature = "PROXY ";
constexpr std::size_t kFixedBytes = 16;  // signature, version and command, family, length

// The values of the specification, high and low half of a byte.
constexpr unsigned kVersion = 2;
constexpr unsigned kLocal = 0, kProxy = 1;
constexpr unsigned kUnspecified = 0, kInternet = 1, kInternet6 = 2, kUnix = 3;
constexpr unsigned kTransportMax = 2;
constexpr std::size_t kUnixBytes = 216;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

bool begins_as(std::string_view bytes, std::string_view signature) {
  const std::size_t size = std::min(bytes.size(), signature.size());
  return bytes.substr(0, size) == signature.substr(0, size);
}

// Of both addresses and ports.
std::size_t address_bytes(unsigned family) {
  switch (family) {
    case kInternet: return 2 * (4 + 2);
    case kInternet6: return 2 * (16 + 2);
    case kUnix: return kUnixBytes;
    default: return 0;
  }
}

std::expected<void, ProxyError> check(unsigned version_and_command) {
  if (version_and_command >> 4 != kVersion) return std::unexpected(ProxyError::Version);
  if ((version_and_command & 0xF) > kProxy) return std::unexpected(ProxyError::Command);
  return {};
}

// The client's, which stands first: both addresses, then both ports.
void take_source(ProxyHeader& header, unsigned family, std::string_view body) {
  if (family != kInternet && family != kInternet6) return;
  const std::size_t each = family == kInternet ? 4 : 16;
  header.address = body.substr(0, each);
  header.port = number_at(body, 2 * each);
}

}  // namespace

std::string_view describe(ProxyError error) {
  switch (error) {
    case ProxyError::Missing: return "is missing: this address must send one of version 2";
    case ProxyError::TextVersion: return "has version 1: let the load balancer send version 2";
    case ProxyError::Version: return "has an unknown version";
    case ProxyError::Command: return "has an unknown command";
    case ProxyError::Family: return "has an unknown address family";
    case ProxyError::Length: return "has a wrong length";
  }
  return "is wrong";
}

std::expected<std::optional<ProxyHeader>, ProxyError> read_proxy_header(std::string_view bytes) {
  if (!begins_as(bytes, kSignature)) {
    const bool is_text = begins_as(bytes, kTextSignature);
    if (is_text && bytes.size() < kTextSignature.size()) return std::nullopt;
    return std::unexpected(is_text ? ProxyError::TextVersion : ProxyError::Missing);
  }
  if (bytes.size() <= kSignature.size()) return std::nullopt;
  const unsigned version_and_command = byte_at(bytes, kSignature.size());
  if (const auto known = check(version_and_command); !known) return std::unexpected(known.error());
  if (bytes.size() < kFixedBytes) return std::nullopt;

  const unsigned family_and_transport = byte_at(bytes, kSignature.size() + 1);
  const unsigned family = family_and_transport >> 4;
  const std::size_t length = number_at(bytes, kFixedBytes - 2);
  const bool is_local = (version_and_command & 0xF) == kLocal;
  ProxyHeader header{.bytes = kFixedBytes + length, .address = {}};
  if (header.bytes > kProxyHeaderBytesMax) return std::unexpected(ProxyError::Length);
  if (!is_local) {
    if (family > kUnix || (family_and_transport & 0xF) > kTransportMax) {
      return std::unexpected(ProxyError::Family);
    }
    if (length < address_bytes(family)) return std::unexpected(ProxyError::Length);
  }
  if (bytes.size() < header.bytes) return std::nullopt;
  if (!is_local && family != kUnspecified) {
    take_source(header, family, bytes.substr(kFixedBytes, length));
  }
  return header;
}

}  // namespace gateway::session
