// SPDX-License-Identifier: Apache-2.0
#include "policy/rewrite/names.h"

namespace policy {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool is_name_start(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 0x80;
}

bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '$'; }

// scan.l's comments: the text parsed, so each is closed.
std::size_t skip_space(std::string_view sql, std::size_t at) {
  while (at < sql.size()) {
    if (is_space(sql[at])) {
      ++at;
    } else if (sql.substr(at, 2) == "--") {
      while (at < sql.size() && sql[at] != '\n' && sql[at] != '\r') ++at;
    } else if (sql.substr(at, 2) == "/*") {
      int depth = 0;
      do {
        const auto pair = sql.substr(at, 2);
        if (pair == "/*") ++depth;
        if (pair == "*/") --depth;
        at += pair == "/*" || pair == "*/" ? 2 : 1;
      } while (depth > 0 && at < sql.size());
    } else {
      break;
    }
  }
  return at;
}

std::optional<std::size_t> part_end(std::string_view sql, std::size_t at) {
  if (at >= sql.size()) return std::nullopt;
  if (sql[at] == '*') return at + 1;
  if (sql[at] == '"') {
    for (++at; at < sql.size(); ++at) {
      if (sql[at] != '"') continue;
      if (at + 1 < sql.size() && sql[at + 1] == '"') {
        ++at;
      } else {
        return at + 1;
      }
    }
    return std::nullopt;
  }
  // U&"…" may be followed by UESCAPE: left alone.
  if (!is_name_start(sql[at]) || sql.substr(at + 1, 2) == "&\"") return std::nullopt;
  while (at < sql.size() && is_name_part(sql[at])) ++at;
  return at;
}

}  // namespace

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::optional<std::size_t> name_end(std::string_view sql, std::size_t from, int parts) {
  std::size_t at = from;
  for (int part = 0; part < parts; ++part) {
    if (part > 0) {
      at = skip_space(sql, at);
      if (at >= sql.size() || sql[at] != '.') return std::nullopt;
      at = skip_space(sql, at + 1);
    }
    const auto end = part_end(sql, at);
    if (!end) return std::nullopt;
    at = *end;
  }
  return at;
}

}  // namespace policy
