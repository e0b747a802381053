// SPDX-License-Identifier: Apache-2.0
#include "gateway/catalog_command.h"

#include <algorithm>
#include <expected>
#include <ostream>

#include "gateway/build_settings.h"
#include "gateway/config/command.h"
#include "gateway/config/load.h"
#include "gateway/upstream/catalog_load.h"
#include "policy/catalog/json.h"

namespace gateway {
namespace {

constexpr int kUnusable = 2;

std::string names_of(const std::vector<config::Database>& databases) {
  std::string names;
  for (const auto& database : databases) {
    names += (names.empty() ? "" : ", ") + database.name;
  }
  return names;
}

std::expected<const config::Database*, std::string> find_database(const config::Config& config,
                                                                  const std::string& name) {
  const auto& databases = config.databases;
  if (name.empty() && databases.size() == 1) return &databases.front();
  const auto found = std::ranges::find(databases, name, &config::Database::name);
  if (found != databases.end()) return &*found;
  const std::string there = "; there is " + names_of(databases);
  if (name.empty()) return std::unexpected("--database is needed" + there);
  return std::unexpected("no database '" + name + "'" + there);
}

upstream::CatalogSource source_of(const config::Database& database) {
  auto settings = pool_settings(database);
  return {.connection = std::move(settings.connection),
          .pinned = std::move(settings.pinned),
          .connect_timeout = settings.connect_timeout};
}

}  // namespace

int run_catalog_dump(const CatalogOptions& options, const config::Sources& sources,
                     std::ostream& out, std::ostream& err) {
  const auto parsed = config::load(options.config, sources);
  if (!parsed) {
    config::print(parsed.error(), options.config, err);
    return kUnusable;
  }
  const auto database = find_database(parsed->config, options.database);
  if (!database) {
    err << "postern: " << database.error() << "\n";
    return kUnusable;
  }
  const auto rows = upstream::load_catalog(source_of(**database));
  if (!rows) {
    err << "postern: database '" << (*database)->name << "': " << rows.error() << "\n";
    return kUnusable;
  }
  out << policy::catalog::dump(*rows) << std::flush;
  if (out) return 0;
  err << "postern: cannot write the snapshot\n";
  return kUnusable;
}

}  // namespace gateway
