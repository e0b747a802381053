// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace gateway::config {
namespace {

std::string where(const Place& place, const std::string& file) {
  if (!place.variable.empty()) return place.variable;
  if (place.line == 0) return file;
  return fmt::format("{}:{}:{}", file, place.line, place.column);
}

}  // namespace

std::string describe(const Diagnostic& diagnostic, const std::string& file) {
  const char* severity = diagnostic.severity == Severity::Error ? "error" : "warning";
  const std::string path = diagnostic.path.empty() ? "" : diagnostic.path + ": ";
  return fmt::format("{}: {}: {}{}", where(diagnostic.place, file), severity, path,
                     diagnostic.message);
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::ranges::any_of(diagnostics,
                             [](const auto& d) { return d.severity == Severity::Error; });
}

void sort_by_place(Diagnostics& diagnostics) {
  std::ranges::sort(diagnostics, {}, [](const Diagnostic& d) {
    return std::tuple(d.place.variable, d.place.line == 0, d.place.line, d.place.column, d.path,
                      d.message);
  });
}

}  // namespace gateway::config
