// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "gateway/config/load.h"
#include "gateway/config/show.h"

namespace gateway::config {
namespace {

std::string counted(std::ptrdiff_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string summary(const Diagnostics& diagnostics) {
  const auto errors = std::ranges::count(diagnostics, Severity::Error, &Diagnostic::severity);
  const auto warnings = std::ranges::count(diagnostics, Severity::Warning, &Diagnostic::severity);
  return fmt::format("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
}

}  // namespace

void print(const Diagnostics& diagnostics, const std::string& file, std::ostream& stream) {
  for (const Diagnostic& diagnostic : diagnostics) stream << describe(diagnostic, file) << '\n';
}

int run_config_validate(const std::string& path, const Sources& sources, std::ostream& out,
                        std::ostream& err) {
  const auto loaded = load(path, sources);
  const Diagnostics& diagnostics = loaded ? loaded->warnings : loaded.error();
  print(diagnostics, path, err);
  out << fmt::format("{}: {} ({})\n", path, loaded ? "valid" : "not valid", summary(diagnostics));
  return loaded ? 0 : 1;
}

int run_config_show(const std::string& path, const Sources& sources, std::ostream& out,
                    std::ostream& err) {
  const auto loaded = load(path, sources);
  if (!loaded) {
    print(loaded.error(), path, err);
    return 1;
  }
  out << show(loaded->config);
  return 0;
}

}  // namespace gateway::config
