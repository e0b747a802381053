// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/unserved.h"

#include <fmt/format.h>

#include "gateway/config/check.h"
#include "gateway/config/rule_lists.h"

namespace gateway::config {
namespace {

constexpr std::string_view kUnserved =
    "access_policy is not enforced on the wire yet: `postern serve` does not start with this key; "
    "use `postern check`, or remove it";
constexpr std::string_view kNoGate =
    "the plan gate is not built yet in this version: `postern serve` does not start with it; "
    "set enabled to false";

// Of one database, in the order of the keys.
class Search {
 public:
  Search(Findings& findings, Severity severity, std::string path)
      : findings_(findings), severity_(severity), path_(std::move(path)) {}

  void run(const Database& database) {
    const auto& policy = database.access.policy;
    for (const RuleList& list : rule_lists(policy)) {
      if (!list.entries->empty()) add(fmt::format("access_policy.{}", list.key));
    }
    if (!policy.functions.extensions.empty()) add("access_policy.functions.extensions");
    if (policy.views != policy::Views::Transparent) add("access_policy.views");
    // The default is not enforced either, but where nothing is written nobody relies on it.
    const bool is_written = findings_.given(path_ + ".access_policy.system_catalogs");
    if (is_written && policy.system_catalogs != policy::SystemCatalogs::All) {
      add("access_policy.system_catalogs");
    }
    if (database.access.explain.enabled) add("access_policy.explain_policy", kNoGate);
    if (!database.principals.empty()) add("principals");
  }

 private:
  void add(std::string_view key, std::string_view message = kUnserved) {
    findings_.add(severity_, fmt::format("{}.{}", path_, key), std::string(message));
  }

  Findings& findings_;
  Severity severity_;
  std::string path_;
};

}  // namespace

Diagnostics unserved(const Config& config, const Places& places, Severity severity) {
  Diagnostics diagnostics;
  Findings findings(config, places, diagnostics);
  for (std::size_t i = 0; i < config.databases.size(); ++i) {
    Search(findings, severity, fmt::format("databases[{}]", i)).run(config.databases[i]);
  }
  return diagnostics;
}

}  // namespace gateway::config
