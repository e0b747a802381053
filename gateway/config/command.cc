// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "gateway/config/check.h"
#include "gateway/config/lint.h"
#include "gateway/config/lint_catalog.h"
#include "gateway/config/load.h"
#include "gateway/config/show.h"
#include "gateway/config/text.h"
#include "policy/catalog/json.h"

namespace gateway::config {
namespace {

// A few hundred bytes for each column and function.
constexpr std::size_t kCatalogBytesMax = 1 << 30;

std::string counted(std::ptrdiff_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string summary(const Diagnostics& diagnostics) {
  const auto errors = std::ranges::count(diagnostics, Severity::Error, &Diagnostic::severity);
  const auto warnings = std::ranges::count(diagnostics, Severity::Warning, &Diagnostic::severity);
  return fmt::format("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
}

// What is legal, but to be told.
void lint(Examined& examined) {
  Findings findings(examined.config, examined.places, examined.diagnostics);
  lint_access_policies(findings);
  if (!has_errors(examined.diagnostics)) lint_audit(findings);
}

void check_tls_files(const CheckTlsFiles& check, Examined& examined) {
  const Tls& tls = examined.config.listen.tls;
  if (!check || tls.mode == TlsMode::Disable || has_errors(examined.diagnostics)) return;
  const auto fault = check(tls);
  if (!fault) return;
  Findings findings(examined.config, examined.places, examined.diagnostics);
  findings.error(fault->key, fault->message);
}

using Chosen = std::expected<std::size_t, std::string>;

// The database that a catalog is of.
Chosen choose(const Config& config, const std::string& name, std::string_view server_name) {
  const auto& databases = config.databases;
  const auto index_of = [&](auto found) {
    return static_cast<std::size_t>(found - databases.begin());
  };
  if (!name.empty()) {
    const auto found = std::ranges::find(databases, name, &Database::name);
    if (found != databases.end()) return index_of(found);
    return std::unexpected(fmt::format("there is no database '{}'", printable(name)));
  }
  if (databases.size() == 1) return 0;
  const auto is_it = [&](const Database& database) { return database.dbname == server_name; };
  const auto found = std::ranges::find_if(databases, is_it);
  if (std::ranges::count_if(databases, is_it) == 1) return index_of(found);
  return std::unexpected(fmt::format(
      "the catalog is of '{}': say with --database which one that is", printable(server_name)));
}

std::expected<void, std::string> compare_with_catalog(const Validation& validation,
                                                      const Sources& sources, Examined& examined) {
  const auto text = sources.read_file(validation.catalog, kCatalogBytesMax);
  if (!text) return std::unexpected(fmt::format("{} {}", validation.catalog, text.error()));
  auto rows = policy::catalog::load_json(*text);
  if (!rows) return std::unexpected(fmt::format("{}: {}", validation.catalog, rows.error()));
  const policy::catalog::Snapshot snapshot(std::move(*rows));
  const auto database = choose(examined.config, validation.database, snapshot.database());
  if (!database) return std::unexpected(database.error());
  Findings findings(examined.config, examined.places, examined.diagnostics);
  lint_catalog(findings, *database, snapshot);
  return {};
}

}  // namespace

void print(const Diagnostics& diagnostics, const std::string& file, std::ostream& stream) {
  for (const Diagnostic& diagnostic : diagnostics) stream << describe(diagnostic, file) << '\n';
}

int run_config_validate(const Validation& validation, const Sources& sources, std::ostream& out,
                        std::ostream& err) {
  const std::string& path = validation.path;
  Examined examined = examine_file(path, sources);
  check_tls_files(validation.check_tls_files, examined);
  const bool is_valid = !has_errors(examined.diagnostics);
  lint(examined);
  // A file with errors is not known well enough to say which database is meant.
  if (is_valid && !validation.catalog.empty()) {
    const auto compared = compare_with_catalog(validation, sources, examined);
    if (!compared) {
      err << "postern: " << compared.error() << '\n';
      return 2;
    }
  }
  sort_by_place(examined.diagnostics);
  print(examined.diagnostics, path, err);
  out << fmt::format("{}: {} ({})\n", path, is_valid ? "valid" : "not valid",
                     summary(examined.diagnostics));
  return is_valid ? 0 : 1;
}

int run_config_show(const std::string& path, const Sources& sources, std::ostream& out,
                    std::ostream& err) {
  const auto loaded = load(path, sources);
  if (!loaded) {
    print(loaded.error(), path, err);
    return 1;
  }
  out << show(loaded->config);
  return 0;
}

}  // namespace gateway::config
