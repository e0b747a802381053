// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gateway::config {
namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;  // before the IPv4 address

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;  // was written as one
};

std::optional<Address> parse_address(std::string_view text) {
  const std::string copy(text);
  if (copy.contains('\0')) return std::nullopt;
  Address address;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  address = {.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, .is_v4 = true};
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

std::string print(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.is_v4 ? AF_INET : AF_INET6;
  const auto* bytes = address.bytes.data() + (address.is_v4 ? 12 : 0);
  inet_ntop(family, bytes, text.data(), static_cast<socklen_t>(text.size()));
  return text.data();
}

// Digits alone, at most `most`.
std::optional<unsigned> parse_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc() || end != text.data() + text.size() || bits > most) return std::nullopt;
  return bits;
}

std::array<std::uint8_t, 16> masked(std::array<std::uint8_t, 16> bytes, unsigned bits) {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::clamp(bits, i * 8, i * 8 + 8) - i * 8;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xFF00u >> kept));
  }
  return bytes;
}

}  // namespace

std::expected<Network, std::string> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::unexpected("is no numeric address or network such as 10.0.0.0/8");
  const unsigned most = address->is_v4 ? kBits - kMappedBits : kBits;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const auto given = parse_bits(text.substr(slash + 1), most);
    if (!given) return std::unexpected(fmt::format("must end with /0 to /{}", most));
    bits = *given;
  }
  const Network network{address->bytes, address->is_v4 ? bits + kMappedBits : bits};
  const auto base = masked(network.address, network.bits);
  if (base == network.address) return network;
  return std::unexpected(fmt::format("has bits set behind the prefix: write {}/{}",
                                     print({base, address->is_v4}), bits));
}

bool contains(const Network& network, std::string_view address) {
  const auto parsed = parse_address(address);
  return parsed && masked(parsed->bytes, network.bits) == network.address;
}

}  // namespace gateway::config
