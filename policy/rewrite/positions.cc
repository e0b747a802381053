// SPDX-License-Identifier: Apache-2.0
#include "policy/rewrite/positions.h"

#include <algorithm>
#include <span>

#include "policy/reader/reader.h"

namespace policy {
namespace {

bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The byte at which the character of this position begins.
std::size_t byte_at(std::string_view text, std::size_t position) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (continues_a_character(text[at])) continue;
    if (--position == 0) break;
  }
  return at;
}

std::size_t original_byte(const std::vector<Replacement>& replacements, std::size_t byte) {
  std::size_t from = 0, put_from = 0;  // behind the replacements so far, in both texts
  for (const auto& each : replacements) {
    const std::size_t put_offset = put_from + (each.offset - from);
    if (byte < put_offset) break;
    if (byte < put_offset + each.put_bytes) return each.offset;
    from = each.offset + each.bytes;
    put_from = put_offset + each.put_bytes;
  }
  return from + (byte - put_from);
}

// Where a byte of the original that stands in no replaced part has come to.
std::size_t rewritten_byte(std::span<const Replacement> replacements, std::size_t byte) {
  std::size_t grown = 0, shrunk = 0;
  for (const auto& each : replacements) {
    if (each.offset + each.bytes > byte) break;
    grown += each.put_bytes;
    shrunk += each.bytes;
  }
  return byte + grown - shrunk;
}

}  // namespace

Rewritten rewritten_by(std::string_view sql, const Verdict& verdict) {
  return {.original = std::string(sql),
          .text = verdict.rewritten,
          .replacements = verdict.replacements};
}

std::string_view rewritten_part(const Verdict& verdict, const StatementVerdict& statement) {
  if (verdict.rewritten.empty()) return {};
  const std::size_t begin = rewritten_byte(verdict.replacements, statement.offset);
  const std::size_t end = rewritten_byte(verdict.replacements, statement.offset + statement.bytes);
  return std::string_view(verdict.rewritten).substr(begin, end - begin);
}

std::size_t original_position(const Rewritten& rewritten, std::size_t position) {
  if (rewritten.replacements.empty() || position == 0) return position;
  const std::size_t byte = original_byte(rewritten.replacements, byte_at(rewritten.text, position));
  return character_at(rewritten.original, std::min(byte, rewritten.original.size()));
}

}  // namespace policy
