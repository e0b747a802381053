// SPDX-License-Identifier: Apache-2.0
// From YAML text, or a file, to a checked Config. Reads no globals: what else is needed comes in
// Sources.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "gateway/config/config.h"
#include "gateway/config/diagnostic.h"
#include "gateway/config/sources.h"

namespace gateway::config {

struct Parsed {
  Config config;
  Diagnostics warnings;
  Places places{};
};

// Every error and warning, in the order of the file, and what could be read all the same.
struct Examined {
  Config config;
  Places places;
  Diagnostics diagnostics;
};

Examined examine(std::string_view text, const Sources& sources);

// A file that cannot be read is one Diagnostic without a place. `path` need not be a regular file.
Examined examine_file(const std::string& path, const Sources& sources);

// The error holds every error and every warning, in the order of the file.
std::expected<Parsed, Diagnostics> parse(std::string_view text, const Sources& sources);

std::expected<Parsed, Diagnostics> load(const std::string& path, const Sources& sources);

}  // namespace gateway::config
