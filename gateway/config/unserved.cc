// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/unserved.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <vector>

#include "gateway/config/check.h"
#include "gateway/config/rule_lists.h"

namespace gateway::config {
namespace {

constexpr std::string_view kNoGate =
    "the plan gate is not built yet in this version: `postern serve` does not start with it; "
    "set enabled to false";

// The keys under `access_policy` that are to refuse something.
std::vector<std::string_view> enforced_keys(const policy::AccessPolicy& policy,
                                            bool has_system_catalogs) {
  std::vector<std::string_view> keys;
  for (const RuleList& list : rule_lists(policy)) {
    if (!list.entries->empty()) keys.push_back(list.key);
  }
  if (!policy.functions.extensions.empty()) keys.emplace_back("functions.extensions");
  if (policy.views != policy::Views::Transparent) keys.emplace_back("views");
  // The default is not enforced either, but where nothing is written nobody relies on it.
  if (has_system_catalogs && policy.system_catalogs != policy::SystemCatalogs::All) {
    keys.emplace_back("system_catalogs");
  }
  return keys;
}

std::string not_enforced(const std::vector<std::string_view>& keys) {
  return fmt::format(
      "access_policy is not enforced on the wire yet: `postern serve` does not start with {}; use "
      "`postern check`, or remove what is named",
      fmt::join(keys, ", "));
}

}  // namespace

Diagnostics unserved(const Config& config, const Places& places, Severity severity) {
  Diagnostics diagnostics;
  Findings findings(config, places, diagnostics);
  for (std::size_t i = 0; i < config.databases.size(); ++i) {
    const Database& database = config.databases[i];
    const std::string path = fmt::format("databases[{}]", i), access = path + ".access_policy";
    const auto keys =
        enforced_keys(database.access.policy, findings.given(access + ".system_catalogs"));
    if (!keys.empty()) findings.add(severity, access, not_enforced(keys));
    if (database.access.explain.enabled) {
      findings.add(severity, access + ".explain_policy", std::string(kNoGate));
    }
    if (!database.principals.empty()) {
      findings.add(severity, path + ".principals", not_enforced({"principals"}));
    }
  }
  return diagnostics;
}

}  // namespace gateway::config
