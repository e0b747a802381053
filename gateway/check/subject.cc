// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/subject.h"

#include <algorithm>

#include "gateway/config/profile.h"

namespace gateway::check {
namespace {

std::string names_of(const auto& items) {
  std::string names;
  for (const auto& item : items) names.append(names.empty() ? "" : ", ").append(item.name);
  return names;
}

std::expected<const config::Database*, std::string> find_database(const config::Config& config,
                                                                  const std::string& name) {
  const auto& databases = config.databases;
  if (name.empty()) {
    if (databases.size() == 1) return &databases.front();
    return std::unexpected("choose one of the databases with --database: " + names_of(databases));
  }
  const auto found = std::ranges::find(databases, name, &config::Database::name);
  if (found != databases.end()) return &*found;
  return std::unexpected("the configuration has no database \"" + name +
                         "\"; it has: " + names_of(databases));
}

bool has_user(const config::Config& config, const std::string& name) {
  return std::ranges::find(config.users, name, &config::User::name) != config.users.end();
}

}  // namespace

std::expected<Subject, std::string> subject_of(const config::Config& config, const Choice& choice) {
  const auto database = find_database(config, choice.database);
  if (!database) return std::unexpected(database.error());
  if (!choice.user.empty() && !has_user(config, choice.user)) {
    return std::unexpected("the configuration has no user \"" + choice.user +
                           "\"; it has: " + names_of(config.users));
  }
  if (!choice.catalog.empty()) {
    return std::unexpected("catalog snapshots cannot be read by this build");
  }
  return Subject{.profile = config::profile_of(**database, config.listen)};
}

}  // namespace gateway::check
