// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/json_text.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace gateway::audit {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint64_t kHighBits = 0x8080808080808080u;

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Length of the ASCII run at `at`, a word at a time.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  while (text.size() - at >= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kHighBits) != 0) break;
    at += sizeof word;
  }
  while (at < text.size() && byte_at(text, at) < 0x80) ++at;
  return at;
}

struct Lead {
  std::size_t length;  // of the whole sequence; 0: not a lead byte
  unsigned char second_min, second_max;
};

// Unicode 15, table 3-7: the range of the second byte is what excludes overlong forms and
// surrogates.
Lead lead_of(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Length of the multi-byte character at `at`; 0 when it is none.
std::size_t character_length(std::string_view text, std::size_t at) {
  const Lead lead = lead_of(byte_at(text, at));
  if (lead.length == 0 || text.size() - at < lead.length) return 0;
  const unsigned char second = byte_at(text, at + 1);
  if (second < lead.second_min || second > lead.second_max) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
  }
  return lead.length;
}

// What stands behind the backslash; 0: nothing to escape; 'u': as \u00xx.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  table[0x7F] = 'u';  // allowed raw, but no terminal should see it
  return table;
}
constexpr std::array<char, 256> kEscapes = make_escapes();

void append_escape(std::string& out, unsigned char byte) {
  const char escape = kEscapes[byte];
  out.push_back('\\');
  out.push_back(escape);
  if (escape != 'u') return;
  out.append("00");
  out.push_back(kHexDigits[byte >> 4]);
  out.push_back(kHexDigits[byte & 15]);
}

// RFC 4648, with padding.
void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = (group << 8) | (i < count ? byte_at(bytes, at + i) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out.push_back(i <= count ? kAlphabet[(group >> (18 - 6 * i)) & 63] : '=');
    }
  }
}

template <typename Number>
void append_decimal(std::string& out, Number number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t at = skip_ascii(text, 0);
  while (at < text.size()) {
    const std::size_t length = character_length(text, at);
    if (length == 0) return false;
    at = skip_ascii(text, at + length);
  }
  return true;
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const unsigned char byte = byte_at(text, at);
    if (kEscapes[byte] == 0) continue;
    out.append(text.substr(start, at - start));
    append_escape(out, byte);
    start = at + 1;
  }
  out.append(text.substr(start));
  out.push_back('"');
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.push_back('"');
  out.append(name);
  if (is_utf8(text)) {
    out.append("\":");
    append_json_string(out, text);
    return;
  }
  out.append("_base64\":\"");
  append_base64(out, text);
  out.push_back('"');
}

void append_number(std::string& out, std::int64_t number) { append_decimal(out, number); }
void append_number(std::string& out, std::uint64_t number) { append_decimal(out, number); }

void append_hex(std::string& out, std::uint64_t number) {
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kHexDigits[(number >> shift) & 15]);
}

}  // namespace gateway::audit
