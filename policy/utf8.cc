// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstring>

#include "policy/text_scan.h"

namespace policy {
namespace {

struct Lead {
  std::size_t bytes = 0;                  // of the sequence; 0: no sequence starts with this byte
  unsigned char low = 0x80, high = 0xBF;  // bounds of the second byte
};

// Unicode 15, table 3-7.
Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {.bytes = 1};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {.bytes = 2};
  if (byte == 0xE0) return {.bytes = 3, .low = 0xA0};
  if (byte == 0xED) return {.bytes = 3, .high = 0x9F};
  if (byte < 0xF0) return {.bytes = 3};
  if (byte == 0xF0) return {.bytes = 4, .low = 0x90};
  if (byte < 0xF4) return {.bytes = 4};
  if (byte == 0xF4) return {.bytes = 4, .high = 0x8F};
  return {};
}

// The length of the well-formed sequence that starts at `text`; 0 if there is none.
std::size_t sequence(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = lead_of(byte(0));
  if (lead.bytes <= 1) return lead.bytes;
  if (text.size() < lead.bytes || byte(1) < lead.low || byte(1) > lead.high) return 0;
  for (std::size_t i = 2; i < lead.bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return lead.bytes;
}

bool eight_are_ascii(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof(word));
  return (word & UINT64_C(0x8080808080808080)) == 0;
}

}  // namespace

std::optional<std::size_t> invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8 && eight_are_ascii(text.data() + at)) {
      at += 8;
      continue;
    }
    const std::size_t bytes = sequence(text.substr(at));
    if (bytes == 0) return at;
    at += bytes;
  }
  return std::nullopt;
}

}  // namespace policy
