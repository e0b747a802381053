// SPDX-License-Identifier: Apache-2.0
// What `postern doctor` tells: one thing that the server allows beyond the policy, or that weakens
// it, and what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::doctor {

enum class Severity : std::uint8_t { Critical, Warning, Note };

struct Finding {
  std::string check{};  // stable: "role.superuser"; docs/tools.md lists them
  Severity severity = Severity::Warning;
  std::string object{};   // as the server names it
  std::string message{};  // a sentence
  std::string fix{};      // SQL, or a line of the configuration

  void says(std::string sentence, std::string remedy);
};

using Findings = std::vector<Finding>;

// The new one, still without its sentence. Valid until the next.
Finding& add(Findings& findings, std::string check, Severity severity, std::string object);

std::string_view name(Severity severity);

// Sorted by severity; stable.
void sort(Findings& findings);

}  // namespace gateway::doctor
