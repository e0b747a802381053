// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/keys.h"

#include <algorithm>

#include "gateway/config/key_tables.h"

namespace gateway::config {

using std::string_view;

namespace {

std::vector<Key> joined() {
  std::vector<Key> all;
  for (const Keys& keys : {listen_keys(), user_keys(), database_keys(), profile_keys(),
                           unbuilt_keys(), observability_keys(), audit_keys()}) {
    all.insert(all.end(), keys.begin(), keys.end());
  }
  return all;
}

}  // namespace

std::span<const Key> all_keys() {
  static const std::vector<Key> keys = joined();
  return keys;
}

const Key* find_key(string_view path) {
  const auto keys = all_keys();
  const auto key = std::ranges::find(keys, path, &Key::path);
  return key == keys.end() ? nullptr : &*key;
}

const Key* find_child(string_view parent, string_view name) {
  if (name.find_first_of(".[") != string_view::npos) return nullptr;
  if (parent.empty()) return find_key(name);
  return find_key(std::string(parent) + "." + std::string(name));
}

string_view parent_of(string_view path) {
  const auto dot = path.rfind('.');
  return dot == string_view::npos ? string_view() : path.substr(0, dot);
}

string_view last_of(string_view path) {
  const auto dot = path.rfind('.');
  return dot == string_view::npos ? path : path.substr(dot + 1);
}

std::vector<const Key*> children_of(string_view parent) {
  std::vector<const Key*> children;
  for (const Key& key : all_keys()) {
    if (parent_of(key.path) == parent) children.push_back(&key);
  }
  return children;
}

}  // namespace gateway::config
