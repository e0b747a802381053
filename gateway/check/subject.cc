// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/subject.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "gateway/config/libpq.h"
#include "gateway/config/principal.h"
#include "gateway/config/profile.h"
#include "gateway/profiles/profile_set.h"
#include "gateway/upstream/catalog_load.h"
#include "policy/catalog/json.h"
#include "policy/rules/access.h"

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

std::expected<Catalog, std::string> load_catalog(const config::Database& database) {
  auto rows = upstream::load_catalog({.connection = config::libpq_parameters(database),
                                      .pinned = config::pinned_settings(database),
                                      .connect_timeout = database.connect_timeout});
  if (!rows) {
    return std::unexpected(
        "the catalog of the database is needed, and cannot be read (--catalog SNAPSHOT.json does "
        "without, where the command has it): " +
        rows.error());
  }
  return std::make_shared<const policy::catalog::Snapshot>(*std::move(rows));
}

// Nothing: no rule asks for a catalog.
std::expected<Catalog, std::string> catalog_for(const config::Database& database,
                                                const config::AccessRules& access,
                                                const Choice& choice) {
  if (!choice.catalog.empty()) return read_catalog(choice.catalog);
  const bool is_needed = choice.catalog_use == CatalogUse::Always || config::has_rules(access);
  if (!is_needed) return nullptr;
  return load_catalog(database);
}

}  // namespace

std::expected<Catalog, std::string> read_catalog(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(path + " cannot be opened");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  auto rows = policy::catalog::load_json(text);
  if (!rows) return std::unexpected(path + " is no catalog snapshot: " + rows.error());
  return std::make_shared<const policy::catalog::Snapshot>(*std::move(rows));
}

std::expected<Subject, std::string> subject_of(const config::Config& config, const Choice& choice) {
  const auto database = find_database(config, choice.database);
  if (!database) return std::unexpected(database.error());
  if (!choice.user.empty() && !has_user(config, choice.user)) {
    return std::unexpected("the configuration has no user \"" + choice.user +
                           "\"; it has: " + names_of(config.users));
  }
  const auto inputs = config::profile_inputs(**database, {.user = choice.user});
  const auto catalog = catalog_for(**database, inputs.access, choice);
  if (!catalog) return std::unexpected(catalog.error());
  const profiles::ProfileSet profiles(std::make_shared<const config::Database>(**database),
                                      config.listen, *catalog);
  Subject subject{.profile = *profiles.of({.user = choice.user}).profile,
                  .catalog = *catalog,
                  .database = *database};
  if (*catalog == nullptr) return subject;
  subject.server_major = (*catalog)->server_major();
  // A snapshot that was asked for resolves names even where no rule needs one.
  if (subject.profile.access == nullptr) {
    subject.profile.access = std::make_shared<const policy::Access>(inputs.access.policy, *catalog,
                                                                    (*database)->safe_search_path);
  }
  return subject;
}

}  // namespace gateway::check
