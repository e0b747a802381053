// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace gateway::config {
namespace {

struct Lead {
  unsigned mask, bits;
  std::size_t length;
  std::uint32_t least;  // the smallest code point that needs this length
};

constexpr std::array<Lead, 4> kLeads{
    {{0x80, 0x00, 1, 0}, {0xE0, 0xC0, 2, 0x80}, {0xF0, 0xE0, 3, 0x800}, {0xF8, 0xF0, 4, 0x10000}}};

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Length of the code point that starts at `at`; 0 when there is none.
std::size_t code_point_length(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at);
  const auto lead = std::ranges::find_if(kLeads, [first](const Lead& candidate) {
    return (first & candidate.mask) == candidate.bits;
  });
  if (lead == kLeads.end() || text.size() - at < lead->length) return 0;
  std::uint32_t code = first & ~lead->mask & 0xFF;
  for (std::size_t i = 1; i < lead->length; ++i) {
    const unsigned next = byte_at(text, at + i);
    if ((next & 0xC0) != 0x80) return 0;
    code = code << 6 | (next & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < lead->least || code > 0x10FFFF || surrogate ? 0 : lead->length;
}

bool is_control(unsigned byte) { return byte < 0x20 || byte == 0x7F; }

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = code_point_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (result.size() >= kShownBytesMax) return result + "…";
    const std::size_t length = code_point_length(text, at);
    if (length == 0 || is_control(byte_at(text, at))) {
      result += fmt::format("\\x{:02x}", byte_at(text, at));
      ++at;
    } else {
      result += text.substr(at, length);
      at += length;
    }
  }
  return result;
}

}  // namespace gateway::config
