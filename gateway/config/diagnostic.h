// SPDX-License-Identifier: Apache-2.0
// What is wrong with a configuration, and where. Values of secrets never appear in a message.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gateway::config {

// Lines and columns count from 1; 0: not known. `variable` is the POSTERN_… variable that gave the
// value; empty when it stands in the file.
struct Place {
  int line = 0;
  int column = 0;
  std::string variable;
};

// By the path of a key as written, such as "databases[0].port": every key that was given.
using Places = std::map<std::string, Place, std::less<>>;

enum class Severity : std::uint8_t { Error, Warning };

struct Diagnostic {
  Severity severity = Severity::Error;
  Place place;
  std::string path;  // "databases[0].port"; empty when it is about the whole file
  std::string message;
};

using Diagnostics = std::vector<Diagnostic>;

// "postern.yaml:12:5: error: databases[0].port: must be between 1 and 65535, is '70000'"
std::string describe(const Diagnostic& diagnostic, const std::string& file);

bool has_errors(const Diagnostics& diagnostics);

// In the order of the file; then what is about all of it, then what comes from variables.
void sort_by_place(Diagnostics& diagnostics);

}  // namespace gateway::config
