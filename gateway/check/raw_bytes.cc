// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/raw_bytes.h"

#include "policy/text_scan.h"

namespace gateway::check {
namespace {

// U+10FE00…U+10FEFF are F4 8F B8 80…F4 8F BB BF.
constexpr std::string_view kMarkStart = "\xF4\x8F";
constexpr unsigned char kThirdMin = 0xB8, kThirdMax = 0xBB;
constexpr std::size_t kMarkBytes = 4;

bool is_mark(std::string_view text) {
  if (!text.starts_with(kMarkStart) || text.size() < kMarkBytes) return false;
  const auto third = static_cast<unsigned char>(text[2]);
  return third >= kThirdMin && third <= kThirdMax;
}

void append_mark(std::string& out, char raw) {
  const auto byte = static_cast<unsigned char>(raw);
  out.append(kMarkStart);
  out.push_back(static_cast<char>(kThirdMin + (byte >> 6)));
  out.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
}

void append_marked(std::string& out, std::string_view valid) {
  std::size_t at = 0;
  while (at < valid.size()) {
    const std::size_t next = valid.find(kMarkStart, at);
    out.append(valid.substr(at, next - at));
    if (next == std::string_view::npos) return;
    if (!is_mark(valid.substr(next))) {
      out.append(kMarkStart);
      at = next + kMarkStart.size();
      continue;
    }
    for (const char byte : valid.substr(next, kMarkBytes)) append_mark(out, byte);
    at = next + kMarkBytes;
  }
}

// Calls `valid` and `raw` for what is UTF-8 and what is not, in order.
template <typename Valid, typename Raw>
void split(std::string_view text, Valid valid, Raw raw) {
  while (!text.empty()) {
    const auto bad = policy::invalid_utf8(text);
    valid(text.substr(0, bad.value_or(text.size())));
    if (!bad) return;
    raw(text[*bad]);
    text.remove_prefix(*bad + 1);
  }
}

}  // namespace

std::string mark_raw_bytes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  split(
      text, [&](std::string_view valid) { append_marked(out, valid); },
      [&](char byte) { append_mark(out, byte); });
  return out;
}

std::string unmark_raw_bytes(std::string_view marked) {
  std::string out;
  out.reserve(marked.size());
  while (!marked.empty()) {
    const std::size_t next = marked.find(kMarkStart);
    out.append(marked.substr(0, next));
    if (next == std::string_view::npos) break;
    marked.remove_prefix(next);
    if (is_mark(marked)) {
      const auto high = static_cast<unsigned char>(marked[2]) - kThirdMin;
      out.push_back(static_cast<char>(high << 6 | (marked[3] & 0x3F)));
      marked.remove_prefix(kMarkBytes);
    } else {
      out.append(kMarkStart);
      marked.remove_prefix(kMarkStart.size());
    }
  }
  return out;
}

std::string replace_raw_bytes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  split(
      text, [&](std::string_view valid) { out.append(valid); },
      [&](char) { out.append("\uFFFD"); });
  return out;
}

}  // namespace gateway::check
