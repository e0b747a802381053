// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/reload.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <variant>

#include "gateway/config/keys.h"

namespace gateway::config {
namespace {

using std::string_view;

// What is taken from the new file, by the start of the keys' paths; all else needs a restart.
constexpr std::array<string_view, 10> kTaken = {
    "users[].",
    "databases[].",
    "listen.tls.",
    "listen.proxy_protocol.",
    "listen.max_clients",
    "listen.max_statement_bytes",
    "listen.shutdown_timeout",
    "listen.client_login_timeout",
    "listen.client_idle_timeout",
    "observability.logging.level",
};

bool is_taken(string_view path) {
  return std::ranges::any_of(kTaken, [&](string_view start) { return path.starts_with(start); });
}

bool is_same(const Secret& left, const Secret& right) { return left.reveal() == right.reveal(); }
template <typename Value>
bool is_same(const Value& left, const Value& right) {
  return left == right;
}

void copy(const Slot& from, const Slot& to) {
  std::visit([&]<typename Value>(Value* value) { *value = *std::get<Value*>(from); }, to);
}

bool is_equal(const Slot& left, const Slot& right) {
  return std::visit(
      [&]<typename Value>(Value* value) {
        Value* const* other = std::get_if<Value*>(&right);
        return other != nullptr && is_same(*value, **other);
      },
      left);
}

Database* find(std::vector<Database>& databases, const std::string& name) {
  const auto found = std::ranges::find(databases, name, &Database::name);
  return found == databases.end() ? nullptr : &*found;
}

// Users can be looked up only in a database that runs.
bool can_take(const AuthQuery& fresh, Config& running) {
  return fresh.database.empty() || find(running.databases, fresh.database) != nullptr;
}

class Comparison {
 public:
  Comparison(Config& running, Config& fresh) : running_(running), fresh_(fresh) {}

  std::vector<std::string> kept() {
    const bool takes_auth_query = can_take(fresh_.auth_query, running_);
    for (const Key& key : all_keys()) {
      if (key.slot == nullptr || is_taken(key.path)) continue;
      if (takes_auth_query && key.path.starts_with("auth_query.")) continue;
      if (!is_equal(key.slot({running_}), key.slot({fresh_}))) kept_.emplace_back(key.path);
    }
    for (const Database& database : running_.databases) {
      if (find(fresh_.databases, database.name) == nullptr) keep(database.name);
    }
    for (const Database& database : fresh_.databases) {
      if (find(running_.databases, database.name) == nullptr) keep(database.name);
    }
    return std::move(kept_);
  }

 private:
  void keep(const std::string& database) {
    kept_.push_back(fmt::format("databases[{}]", database));
  }

  Config& running_;
  Config& fresh_;
  std::vector<std::string> kept_;
};

}  // namespace

Reload reload(const Config& running, const Config& fresh) {
  Config old = running, read = fresh;  // slots point into what may be changed
  Reload result{.config = running, .kept = Comparison(old, read).kept()};
  for (const Key& key : all_keys()) {
    if (key.slot == nullptr || key.path.contains("[]") || !is_taken(key.path)) continue;
    copy(key.slot({read}), key.slot({result.config}));
  }
  result.config.users = fresh.users;
  if (can_take(read.auth_query, old)) result.config.auth_query = read.auth_query;
  for (Database& database : result.config.databases) {
    if (const Database* found = find(read.databases, database.name)) database = *found;
  }
  return result;
}

bool is_same_place(const Database& left, const Database& right) {
  const auto place = [](const Database& database) {
    return std::tie(database.host, database.port, database.dbname, database.user,
                    database.target_session_attrs, database.readonly_role,
                    database.safe_search_path);
  };
  return place(left) == place(right);
}

}  // namespace gateway::config
