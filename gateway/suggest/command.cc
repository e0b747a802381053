// SPDX-License-Identifier: Apache-2.0
#include "gateway/suggest/command.h"

#include <expected>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

#include "gateway/check/subject.h"
#include "gateway/config/command.h"
#include "gateway/config/load.h"
#include "gateway/config/principal.h"
#include "gateway/suggest/audit_files.h"
#include "gateway/suggest/policy_yaml.h"

namespace gateway::suggest {
namespace {

constexpr int kUnusable = 2;

int complain(std::ostream& err, const std::string& message) {
  err << "postern suggest: " << message << '\n';
  return kUnusable;
}

std::expected<std::string, std::string> choose_database(const Usages& usages,
                                                        const std::string& wanted) {
  std::set<std::string> names;
  for (const auto& [key, usage] : usages) names.insert(key.first);
  if (!wanted.empty()) {
    if (names.contains(wanted)) return wanted;
    return std::unexpected("no statement of database '" + wanted + "' is recorded");
  }
  if (names.size() == 1) return *names.begin();
  if (names.empty()) return std::unexpected("no statement is recorded");
  std::string list;
  for (const auto& name : names) list.append(list.empty() ? "" : ", ").append(name);
  return std::unexpected("choose one with --database: " + list);
}

// What is in force, for one user or for the database.
struct InForce {
  Basis basis{};
  bool allow_explain = false;
  bool has_plan_gate = false;
};

class PolicyInForce {
 public:
  PolicyInForce(const Options& options, std::string database)
      : options_(options), database_(std::move(database)) {}

  std::expected<void, std::string> load(const config::Sources& sources, std::ostream& err) {
    if (options_.config.empty()) return load_catalog();
    auto loaded = config::load(options_.config, sources);
    if (!loaded) {
      config::print(loaded.error(), options_.config, err);
      return std::unexpected("the configuration cannot be used");
    }
    config_ = std::move(loaded->config);
    const auto subject = check::subject_of(*config_, {.database = database_,
                                                      .catalog = options_.catalog,
                                                      .catalog_use = check::CatalogUse::Always});
    if (!subject) return std::unexpected(subject.error());
    database_settings_ = subject->database;
    catalog_ = subject->catalog;
    return {};
  }

  InForce of(const std::string& user) const {
    InForce force;
    force.basis.catalog = catalog_;
    force.basis.search_path = {"public"};
    if (database_settings_ == nullptr) return force;
    const auto inputs = config::profile_inputs(*database_settings_, {.user = user});
    force.basis.policy = inputs.access.policy;
    force.basis.search_path = database_settings_->safe_search_path;
    force.allow_explain = inputs.access.allow_explain;
    force.has_plan_gate = inputs.access.explain.enabled;
    return force;
  }

 private:
  std::expected<void, std::string> load_catalog() {
    if (options_.catalog.empty()) return {};
    auto catalog = check::read_catalog(options_.catalog);
    if (!catalog) return std::unexpected(catalog.error());
    catalog_ = *std::move(catalog);
    return {};
  }

  const Options& options_;
  std::string database_;
  std::optional<config::Config> config_;
  const config::Database* database_settings_ = nullptr;  // in config_
  check::Catalog catalog_;
};

Suggested suggested_for(const std::string& user, Usage usage, const InForce& force) {
  Suggested made;
  made.user = user;
  made.suggestion = suggest(usage, force.basis);
  made.usage = std::move(usage);
  made.allow_explain = force.allow_explain;
  made.has_plan_gate = force.has_plan_gate;
  return made;
}

constexpr const char* kNothingUsed =
    "no allowed statement that an access policy looked at used a table: run the workload with "
    "enforcement: warn and an access_policy, however wide";

std::expected<std::string, std::string> of_database(const Usages& usages, const std::string& name,
                                                    const PolicyInForce& forces) {
  Usage all;
  for (const auto& [key, usage] : usages) {
    if (key.first == name) all.add(usage);
  }
  if (!uses_relations(all)) return std::unexpected(kNothingUsed);
  return database_yaml(suggested_for("", std::move(all), forces.of("")));
}

// In a principal's list of users these stand for others.
bool has_globs(const std::string& user) { return user.find_first_of("*?") != std::string::npos; }

std::expected<std::string, std::string> of_users(const Usages& usages, const std::string& name,
                                                 const PolicyInForce& forces, std::ostream& err) {
  std::vector<Suggested> users;
  for (const auto& [key, usage] : usages) {
    if (key.first != name) continue;
    if (has_globs(key.second) || !uses_relations(usage)) {
      err << "postern suggest: nothing is suggested for user " << key.second
          << (has_globs(key.second) ? ": its name would match others\n" : ": no table was used\n");
      continue;
    }
    users.push_back(suggested_for(key.second, usage, forces.of(key.second)));
  }
  if (users.empty()) return std::unexpected(kNothingUsed);
  return principals_yaml(users);
}

}  // namespace

int run_suggest(const Options& options, const config::Sources& sources, std::ostream& out,
                std::ostream& err) {
  const auto usages = read_files(options.files, err);
  if (!usages) return complain(err, usages.error());
  const auto database = choose_database(*usages, options.database);
  if (!database) return complain(err, database.error());
  PolicyInForce forces(options, *database);
  if (const auto loaded = forces.load(sources, err); !loaded) return complain(err, loaded.error());
  const auto yaml = options.by == By::User ? of_users(*usages, *database, forces, err)
                                           : of_database(*usages, *database, forces);
  if (!yaml) return complain(err, yaml.error());
  out << *yaml << std::flush;
  return out ? 0 : complain(err, "the suggestion cannot be written");
}

}  // namespace gateway::suggest
