// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/handshake.h"

namespace gateway::session {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Words as PostgreSQL's pg_split_opts() cuts them: white space separates, a backslash takes the
// next character as it is; one at the very end is dropped.
std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_space(text[at])) ++at;
    if (at == text.size()) return words;
    std::string word;
    for (; at < text.size() && !is_space(text[at]); ++at) {
      if (text[at] == '\\' && ++at == text.size()) break;
      word.push_back(text[at]);
    }
    words.push_back(std::move(word));
  }
}

// "name=value" with '-' in the name meaning '_' (ParseLongOption).
std::optional<std::pair<std::string, std::string>> split_setting(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  std::string name(word.substr(0, equals));
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return std::pair{std::move(name), std::string(word.substr(equals + 1))};
}

}  // namespace

std::optional<Settings> read_options(std::string_view options) {
  Settings settings;
  const std::vector<std::string> words = split_words(options);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word.starts_with("--")) {
      word.remove_prefix(2);
    } else if (word == "-c") {
      if (++i == words.size()) return std::nullopt;
      word = words[i];
    } else if (word.starts_with("-c")) {
      word.remove_prefix(2);
    } else {
      return std::nullopt;
    }
    auto setting = split_setting(word);
    if (!setting) return std::nullopt;
    settings.push_back(std::move(*setting));
  }
  return settings;
}

}  // namespace gateway::session
