// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/principal.h"

#include <algorithm>

#include "gateway/config/network.h"
#include "policy/rules/name_pattern.h"

namespace gateway::config {
namespace {

using Texts = std::vector<std::string>;

bool fits(const std::string& glob, std::string_view text) {
  const bool has_globs = glob.find_first_of("*?") != std::string::npos;
  return policy::rules::NamePart{glob, has_globs}.matches(text);
}

// An empty list asks for nothing; what is not known is in no list.
bool any_fits(const Texts& globs, std::string_view text) {
  if (globs.empty()) return true;
  return !text.empty() &&
         std::ranges::any_of(globs, [text](const auto& glob) { return fits(glob, text); });
}

bool any_contains(const Texts& networks, std::string_view address) {
  if (networks.empty()) return true;
  return std::ranges::any_of(networks, [address](const std::string& text) {
    const auto network = parse_network(text);
    return network && contains(*network, address);
  });
}

// Globs alone: anybody.
bool is_anything(const std::string& glob) {
  return glob.find_first_not_of("*?") == std::string::npos;
}

bool is_everywhere(const std::string& text) { return text.ends_with("/0"); }

bool names_somebody(const Texts& globs) {
  return !globs.empty() && std::ranges::none_of(globs, is_anything);
}

}  // namespace

bool matches(const Match& match, const Asker& asker) {
  const bool is_empty = match.users.empty() && match.applications.empty() && match.tokens.empty() &&
                        match.networks.empty();
  return !is_empty && any_fits(match.users, asker.user) &&
         any_fits(match.applications, asker.application) && any_fits(match.tokens, asker.token) &&
         any_contains(match.networks, asker.address);
}

ProfileInputs profile_inputs(const Database& database, const Asker& asker) {
  const auto& principals = database.principals;
  const auto found = std::ranges::find_if(
      principals, [&asker](const Principal& principal) { return matches(principal.match, asker); });
  if (found == principals.end()) {
    return {database.mode, database.access, database.limits, std::nullopt};
  }
  return {found->mode.value_or(database.mode), found->access, found->limits,
          static_cast<std::size_t>(found - principals.begin())};
}

bool identifies(const Match& match) {
  if (names_somebody(match.users) || names_somebody(match.tokens)) return true;
  return !match.networks.empty() && std::ranges::none_of(match.networks, is_everywhere);
}

}  // namespace gateway::config
