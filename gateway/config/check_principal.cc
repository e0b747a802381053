// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "gateway/config/check.h"
#include "gateway/config/narrowing.h"
#include "gateway/config/network.h"
#include "gateway/config/principal.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

struct Subject {
  Findings& findings;
  const Database& database;
  std::size_t index;
  std::string path;  // "databases[0].principals[1]"

  const Principal& principal() const { return database.principals[index]; }
  Mode mode() const { return principal().mode.value_or(database.mode); }
  void error(std::string_view key, std::string message) const {
    findings.error(fmt::format("{}.{}", path, key), std::move(message));
  }
};

void check_networks(const Subject& s) {
  const auto& networks = s.principal().match.networks;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const auto network = parse_network(networks[i]);
    if (network) continue;
    s.error(fmt::format("match.networks[{}]", i),
            fmt::format("'{}' {}", printable(networks[i]), network.error()));
  }
}

void check_texts(const Subject& s, std::string_view key, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) s.error(fmt::format("match.{}[{}]", key, i), "is empty");
  }
}

void check_match(const Subject& s) {
  const Match& match = s.principal().match;
  if (match.users.empty() && match.applications.empty() && match.tokens.empty() &&
      match.networks.empty()) {
    return s.error("match", "matches nobody: give users, applications, tokens or networks");
  }
  check_texts(s, "users", match.users);
  check_texts(s, "applications", match.applications);
  check_texts(s, "tokens", match.tokens);
  check_networks(s);
}

// A client may call itself what it likes. So what it gets by that must be no more than what it gets
// otherwise: by a later principal, or from the database.
void check_claims(const Subject& s) {
  if (s.principal().match.applications.empty() || identifies(s.principal().match)) return;
  const auto compare = [&s](const ProfileInputs& other, std::string_view what) {
    auto key = widening(s.mode(), other.mode);
    if (!key) key = widening(s.principal().access, other.access, s.database.safe_search_path);
    if (!key) key = widening(s.principal().limits, other.limits);
    if (key) {
      s.error(*key, fmt::format("allows more than {} does, to whoever claims the application's "
                                "name: match also users, tokens or networks{}",
                                what, what.starts_with("the") ? "" : ", or put it behind that"));
    }
    return key.has_value();
  };
  const Database& db = s.database;
  if (compare({db.mode, db.access, db.limits, std::nullopt}, "the database")) return;
  const auto& principals = s.database.principals;
  for (std::size_t later = s.index + 1; later < principals.size(); ++later) {
    const Principal& other = principals[later];
    const std::string name = fmt::format("principals[{}]", later);
    if (compare({other.mode.value_or(db.mode), other.access, other.limits, later}, name)) return;
  }
}

constexpr std::string_view kReadOnlyLimit =
    "limits what read_only principals get, and this one is not: set mode: read_only or remove it";

// What it has from its database it need not remove, though `config show` writes it down here.
void check_limits(const Subject& s) {
  if (s.mode() == Mode::ReadOnly) return;
  const UsageLimits& own = s.principal().limits;
  const UsageLimits& around = s.database.limits;
  const auto check = [&s](const char* key, std::size_t most, std::size_t inherited) {
    if (most != 0 && most != inherited) s.error(key, std::string(kReadOnlyLimit));
  };
  check("limits.max_result_rows", own.max_result_rows, around.max_result_rows);
  check("limits.max_result_bytes", own.max_result_bytes, around.max_result_bytes);
}

}  // namespace

void check_principals(Findings& findings) {
  const auto& databases = findings.config().databases;
  for (std::size_t i = 0; i < databases.size(); ++i) {
    for (std::size_t j = 0; j < databases[i].principals.size(); ++j) {
      const Subject subject{findings, databases[i], j,
                            fmt::format("databases[{}].principals[{}]", i, j)};
      check_match(subject);
      check_claims(subject);
      check_limits(subject);
    }
  }
}

}  // namespace gateway::config
