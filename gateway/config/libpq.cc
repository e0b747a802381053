// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/libpq.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "policy/rewrite/names.h"

namespace gateway::config {
namespace {

void add(Settings& settings, std::string_view name, std::string value) {
  if (!value.empty()) settings.emplace_back(name, std::move(value));
}

void add_timeout(Settings& settings, std::string_view name, Duration timeout) {
  if (timeout != Duration::zero()) settings.emplace_back(name, std::to_string(timeout.count()));
}

// As SHOW prints it where nothing needs quotes.
bool is_plain(std::string_view name) {
  const auto is_plain_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::ranges::all_of(name, is_plain_byte);
}

std::string quoted_identifier(std::string_view name) {
  return is_plain(name) ? std::string(name) : policy::quote_name(name);
}

std::string search_path(const std::vector<std::string>& schemas) {
  std::vector<std::string> quoted;
  quoted.reserve(schemas.size());
  for (const std::string& schema : schemas) quoted.push_back(quoted_identifier(schema));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace

Settings libpq_parameters(const Database& database) {
  Settings settings;
  add(settings, "host", fmt::format("{}", fmt::join(database.host, ",")));
  add(settings, "port", fmt::format("{}", fmt::join(database.port, ",")));
  add(settings, "dbname", database.dbname);
  add(settings, "user", database.user);
  add(settings, "password", database.password.reveal());
  add(settings, "sslmode", database.ssl_mode);
  add(settings, "sslrootcert", database.ssl_root_cert);
  add(settings, "sslcert", database.ssl_cert);
  add(settings, "sslkey", database.ssl_key);
  add(settings, "target_session_attrs", database.target_session_attrs);
  return settings;
}

Settings pinned_settings(const Database& database) {
  Settings settings;
  add(settings, "role", database.readonly_role);
  settings.emplace_back("search_path", search_path(database.safe_search_path));
  if (database.mode == Mode::ReadOnly) add(settings, "default_transaction_read_only", "on");
  add_timeout(settings, "statement_timeout", database.statement_timeout);
  add_timeout(settings, "idle_in_transaction_session_timeout",
              database.idle_in_transaction_timeout);
  return settings;
}

Settings writing_settings(const Database& database) {
  Settings settings = pinned_settings(database);
  std::erase_if(settings, [](const auto& setting) {
    return setting.first == "role" || setting.first == "default_transaction_read_only";
  });
  return settings;
}

Settings reading_settings(const Database& database) {
  Database read_only = database;
  read_only.mode = Mode::ReadOnly;
  return pinned_settings(read_only);
}

}  // namespace gateway::config
