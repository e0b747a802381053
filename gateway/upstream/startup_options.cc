// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/startup_options.h"

#include <algorithm>

namespace gateway::upstream {
namespace {

// isspace() in the C locale, and the escape character itself.
constexpr std::string_view kEscaped = " \t\n\v\f\r\\";

void append_escaped(std::string& out, std::string_view text) {
  for (const char each : text) {
    if (kEscaped.contains(each)) out += '\\';
    out += each;
  }
}

}  // namespace

std::string startup_options(const Settings& pinned) {
  std::string options;
  for (const auto& [name, value] : pinned) {
    options += options.empty() ? "-c " : " -c ";
    append_escaped(options, name);
    options += '=';
    append_escaped(options, value);
  }
  return options;
}

const std::string* find_setting(const Settings& settings, std::string_view name) {
  const auto found = std::ranges::find(settings, name, [](const auto& pair) { return pair.first; });
  return found == settings.end() ? nullptr : &found->second;
}

Settings with_required_pins(Settings pinned) {
  constexpr std::string_view kLexing = "standard_conforming_strings";
  if (find_setting(pinned, kLexing) == nullptr) pinned.emplace_back(kLexing, "on");
  return pinned;
}

}  // namespace gateway::upstream
