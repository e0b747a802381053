// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/command.h"

#include <ostream>
#include <string_view>

#include "gateway/check/subject.h"
#include "gateway/config/command.h"
#include "gateway/config/libpq.h"
#include "gateway/config/load.h"

namespace gateway::grants {
namespace {

constexpr int kUnusable = 2;

int complain(std::ostream& err, const std::string& message) {
  err << "postern grants: " << message << '\n';
  return kUnusable;
}

bool may_write(const policy::Profile& profile) { return profile.mode != policy::Mode::ReadOnly; }

std::string role_of(const Options& options, const check::Subject& subject) {
  if (!options.role.empty()) return options.role;
  const auto& database = *subject.database;
  const bool becomes = !may_write(subject.profile) && !database.readonly_role.empty();
  return becomes ? database.readonly_role : database.user;
}

std::string login_of(const std::string& role, const config::Database& database) {
  return role == database.readonly_role && role != database.user ? database.user : "";
}

std::string words_of(const Options& options, const check::Subject& subject) {
  std::string words = "database " + subject.database->name;
  if (!options.user.empty()) words += ", user " + options.user;
  return words;
}

// Why no grant can hold this role. Empty: they can.
std::string hindrance(const RoleFacts& role, const std::string& name) {
  if (role.is_superuser) {
    return "role \"" + name +
           "\" is a superuser, whom no grant limits; name another one with --role";
  }
  if (role.owned_count == 0) return {};
  return "role \"" + name + "\" owns " + std::to_string(role.owned_count) +
         " objects, and an owner may do everything with them; name another one with --role, or "
         "REASSIGN OWNED first";
}

upstream::PlainConnection::Target target_of(const config::Database& database) {
  return {.connection = config::libpq_parameters(database),
          .pinned = upstream::with_own_search_path(config::pinned_settings(database)),
          .connect_timeout = database.connect_timeout};
}

std::expected<ServerFacts, std::string> ask_server(const config::Database& database,
                                                   const std::string& role) {
  auto connection = upstream::PlainConnection::open(target_of(database));
  if (!connection) return std::unexpected(connection.error());
  return ask_server_facts(*connection, role);
}

}  // namespace

int run_grants(const Options& options, const config::Sources& sources, std::ostream& out,
               std::ostream& err) {
  const auto loaded = config::load(options.config, sources);
  if (!loaded) {
    config::print(loaded.error(), options.config, err);
    return kUnusable;
  }
  const auto subject =
      check::subject_of(loaded->config, {.database = options.database,
                                         .user = options.user,
                                         .catalog_use = check::CatalogUse::Always});
  if (!subject) return complain(err, subject.error());
  if (subject->profile.mode == policy::Mode::Permissive) {
    return complain(err,
                    "mode permissive allows DDL, which PostgreSQL leaves to owners: no grants "
                    "express it. Choose a principal of mode read_only or balanced with --user");
  }
  const auto& database = *subject->database;
  const std::string role = role_of(options, *subject);
  const auto facts = ask_server(database, role);
  if (!facts) return complain(err, facts.error());
  if (const auto why = hindrance(facts->role, role); !why.empty()) return complain(err, why);
  const Rights rights(subject->profile);
  out << script({.rights = rights,
                 .facts = *facts,
                 .role = role,
                 .login = login_of(role, database),
                 .settings = may_write(subject->profile) ? config::writing_settings(database)
                                                         : config::pinned_settings(database),
                 .subject = words_of(options, *subject),
                 .built_ins = options.built_ins})
      << std::flush;
  return out ? 0 : complain(err, "the script cannot be written");
}

}  // namespace gateway::grants
