// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/reload.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "gateway/config/keys.h"

namespace gateway::config {
namespace {

using std::string_view;

constexpr string_view kDatabases = "databases[].";

// By the start of their paths.
constexpr std::array<string_view, 11> kTaken = {
    "users[].",
    "observability.logging.level",
    "databases[].enforcement",
    "databases[].mode",
    "databases[].catalog_refresh",
    "databases[].gucs.",
    "databases[].statement_timeout",
    "databases[].idle_in_transaction_timeout",
    "databases[].access_policy.",
    "databases[].limits.",
    "databases[].principals",
};

bool is_taken(string_view path) {
  return std::ranges::any_of(kTaken, [&](string_view start) { return path.starts_with(start); });
}

bool is_same(const Secret& left, const Secret& right) { return left.reveal() == right.reveal(); }
template <typename Value>
bool is_same(const Value& left, const Value& right) {
  return left == right;
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

void take(Database& running, const Database& fresh) {
  running.enforcement = fresh.enforcement;
  running.mode = fresh.mode;
  running.catalog_refresh = fresh.catalog_refresh;
  running.allowed_gucs = fresh.allowed_gucs;
  running.statement_timeout = fresh.statement_timeout;
  running.idle_in_transaction_timeout = fresh.idle_in_transaction_timeout;
  running.access = fresh.access;
  running.limits = fresh.limits;
  running.principals = fresh.principals;
}

class Comparison {
 public:
  Comparison(Config& running, Config& fresh) : running_(running), fresh_(fresh) {}

  std::vector<std::string> kept() {
    for (const Key& key : all_keys()) {
      if (key.slot == nullptr || is_taken(key.path) || key.path.starts_with(kDatabases)) continue;
      if (!is_equal(key.slot({running_}), key.slot({fresh_}))) kept_.emplace_back(key.path);
    }
    for (std::size_t i = 0; i < running_.databases.size(); ++i) compare_database(i);
    for (const Database& database : fresh_.databases) {
      if (find(running_.databases, database.name) == nullptr) keep(database.name, "");
    }
    return std::move(kept_);
  }

 private:
  void compare_database(std::size_t index) {
    const std::string& name = running_.databases[index].name;
    const Database* fresh = find(fresh_.databases, name);
    if (fresh == nullptr) return keep(name, "");
    const auto fresh_index = static_cast<std::size_t>(fresh - fresh_.databases.data());
    for (const Key& key : all_keys()) {
      if (key.slot == nullptr || is_taken(key.path) || !key.path.starts_with(kDatabases)) continue;
      if (is_equal(key.slot({running_, index}), key.slot({fresh_, fresh_index}))) continue;
      keep(name, "." + std::string(key.path.substr(kDatabases.size())));
    }
  }

  void keep(const std::string& database, const std::string& key) {
    kept_.push_back(fmt::format("databases[{}]{}", database, key));
  }

  Config& running_;
  Config& fresh_;
  std::vector<std::string> kept_;
};

}  // namespace

Reload reload(const Config& running, const Config& fresh) {
  Config old = running, read = fresh;  // slots point into what may be changed
  Reload result{.config = running, .kept = Comparison(old, read).kept()};
  result.config.users = fresh.users;
  result.config.logging.level = fresh.logging.level;
  for (Database& database : result.config.databases) {
    if (const Database* found = find(read.databases, database.name)) take(database, *found);
  }
  return result;
}

}  // namespace gateway::config
