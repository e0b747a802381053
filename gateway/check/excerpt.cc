// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/excerpt.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "policy/text_scan.h"

namespace gateway::check {
namespace {

constexpr std::string_view kGap = "...";
constexpr std::string_view kIndent = "  ";

struct Glyph {
  std::size_t offset = 0;   // in the line
  std::string_view text{};  // as printed
  std::size_t columns = 1;
};

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// 0xFFFD for a byte that is no part of UTF-8.
CodePoint code_point_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const std::string_view sequence = text.substr(0, bytes);
  if (sequence.size() < bytes || policy::invalid_utf8(sequence)) return {0xFFFD, 1};
  char32_t value = lead & (0xFFu >> (bytes + 1));
  for (const char byte : sequence.substr(1)) {
    value = value << 6 | (static_cast<unsigned char>(byte) & 0x3F);
  }
  return {value, bytes};
}

struct Range {
  char32_t first, last;
};

template <std::size_t kCount>
bool is_in(const Range (&ranges)[kCount], char32_t c) {
  return std::ranges::any_of(
      ranges, [&](const Range& range) { return c >= range.first && c <= range.last; });
}

// Unicode's bidirectional controls and line separators: they could show another text than is there.
constexpr Range kDeceptive[] = {{0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};
// The blocks whose characters take two columns, and those that combine, roughly.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0xA4CF},
                           {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},  {0xFE30, 0xFE6F},
                           {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                           {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kCombining[] = {
    {0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};

Glyph glyph_of(std::string_view line, std::size_t offset, const CodePoint& point) {
  const char32_t c = point.value;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return {offset, " ", 1};
  if (c == 0xFFFD || is_in(kDeceptive, c)) return {offset, "\uFFFD", 1};
  const std::size_t columns = is_in(kCombining, c) ? 0 : is_in(kWide, c) ? 2 : 1;
  return {offset, line.substr(offset, point.bytes), columns};
}

// The part of a line that is shown around one byte of it.
struct Window {
  std::size_t first = 0, end = 0;  // bytes
};

// Bytes are at least columns, so this only ever shows less than fits.
Window window_around(std::string_view line, std::size_t mark, std::size_t columns) {
  if (line.size() <= columns) return {0, line.size()};
  std::size_t first = mark > columns / 3 ? mark - columns / 3 : 0;
  first = std::min(first, line.size() - columns);
  std::size_t end = first + columns;
  while (first > 0 && is_continuation(line[first])) --first;
  while (end < line.size() && is_continuation(line[end])) ++end;
  return {first, end};
}

void append_row(std::string& out, std::string_view line, const Window& window,
                std::span<const std::size_t> marks) {
  std::string shown(kIndent), carets(kIndent);
  if (window.first > 0) {
    shown += kGap;
    carets.append(kGap.size(), ' ');
  }
  auto mark = marks.begin();
  for (std::size_t at = window.first; at < window.end;) {
    const CodePoint point = code_point_at(line.substr(at));
    const Glyph glyph = glyph_of(line, at, point);
    shown += glyph.text;
    at += point.bytes;
    const bool is_marked = mark != marks.end() && *mark < at;
    while (mark != marks.end() && *mark < at) ++mark;
    if (glyph.columns == 0 && !is_marked) continue;
    carets.push_back(is_marked ? '^' : ' ');
    if (glyph.columns == 2) carets.push_back(' ');
  }
  if (mark != marks.end()) carets.push_back('^');  // the end of the line
  if (window.end < line.size()) shown += kGap;
  out.append(shown).append("\n");
  if (marks.empty()) return;
  carets.erase(carets.find_last_not_of(' ') + 1);
  out.append(carets).append("\n");
}

// `marks` are those in this line, sorted, as bytes of it.
void append_line(std::string& out, std::string_view line, std::span<const std::size_t> marks,
                 std::size_t columns) {
  if (marks.empty()) return append_row(out, line, window_around(line, 0, columns), marks);
  while (!marks.empty()) {
    const Window window = window_around(line, marks.front(), columns);
    const auto behind = std::ranges::find_if(
        marks, [&](std::size_t mark) { return mark >= window.end && window.end < line.size(); });
    const auto count = static_cast<std::size_t>(behind - marks.begin());
    append_row(out, line, window, marks.first(count));
    marks = marks.subspan(count);
  }
}

}  // namespace

std::size_t byte_of(std::string_view text, std::size_t position) {
  std::size_t character = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_continuation(text[at]) && ++character == position) return at;
  }
  return text.size();
}

Place place_of(std::string_view text, std::size_t position) {
  Place place;
  const std::string_view before = text.substr(0, byte_of(text, position));
  for (const char byte : before) {
    if (byte == '\n') {
      ++place.line;
      place.column = 1;
    } else if (!is_continuation(byte)) {
      ++place.column;
    }
  }
  return place;
}

std::string excerpt(std::string_view text, std::span<const std::size_t> marks,
                    const ExcerptLimits& limits) {
  std::vector<std::size_t> sorted(marks.begin(), marks.end());
  std::ranges::sort(sorted);
  std::string out;
  std::size_t shown = 0;
  bool gap = false;
  auto mark = sorted.begin();
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::vector<std::size_t> here;
    for (; mark != sorted.end() && *mark <= end; ++mark) here.push_back(*mark - start);
    if (shown < limits.lines || !here.empty()) {
      if (gap) out.append(kIndent).append(kGap).append("\n");
      gap = false;
      append_line(out, text.substr(start, end - start), here, limits.columns);
      ++shown;
    } else {
      gap = true;
    }
    start = end + 1;
  }
  if (gap) out.append(kIndent).append(kGap).append("\n");
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text.substr(at));
    out += glyph_of(text, at, point).text;
    at += point.bytes;
  }
  return out;
}

}  // namespace gateway::check
