// SPDX-License-Identifier: Apache-2.0
// The one table of keys. Parsing, the unknown-key check, `config show` and the test of
// docs/configuration.md all read it; a new key is a row in one of keys_*.cc and a field in
// config.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/config/scalar.h"

namespace gateway::config {

enum class Type : std::uint8_t {
  Map,
  MapList,    // a list of mappings
  List,       // a list of strings
  OneOrMore,  // a single value or a list of them
  Text,
  Secret,  // `file:/path` is read; never shown
  Word,    // one of Key::words
  Boolean,
  Integer,
  Size,
  Interval,  // a duration
  Any,       // of a part that is not built: not looked into
};

enum class Built : std::uint8_t { No, Yes };

// Where a value lives in a Config.
using Slot =
    std::variant<bool*, std::string*, Secret*, std::uint16_t*, std::size_t*, Duration*,
                 std::vector<std::string>*, std::vector<std::uint16_t>*, Auth*, TlsMode*, PoolMode*,
                 Mode*, std::optional<Mode>*, policy::Enforcement*, policy::OnDenied*,
                 policy::SelectStar*, policy::Views*, policy::SystemCatalogs*, OnCostExceeded*,
                 OnError*, Storage*, Durability*, OnFailure*, LogLevel*, LogFormat*>;

// `index` is the item of the list (users, databases) that the path goes through, `principal` that
// of databases[].principals; kNone: the database itself.
struct Cursor {
  static constexpr std::size_t kNone = SIZE_MAX;

  Config& config;
  std::size_t index = 0;
  std::size_t principal = kNone;
};

using Words = std::span<const std::string_view>;

struct Key {
  std::string_view path;  // "databases[].port"
  Type type;
  Built built = Built::Yes;
  Slot (*slot)(const Cursor&) = nullptr;  // null for maps, MapList, `url` and what is not built
  Range range = {};
  Words words = {};            // in the order of the enum's items
  Words unbuilt_words = {};    // words of a built key that belong to a part not built
  Words off = {};              // not built: values that turn the part off, besides empty and false
  std::string_view like = {};  // of a map: its keys are those of the map at this path
};

// The path under which the keys of the map `key` stand.
inline std::string_view keys_of(const Key& key) { return key.like.empty() ? key.path : key.like; }

// Parents before children, children in the order that `config show` writes.
std::span<const Key> all_keys();

const Key* find_key(std::string_view path);

// The key `name` right under `parent`. A name with a '.' or '[' in it is none, though it may look
// like a path.
const Key* find_child(std::string_view parent, std::string_view name);

// "databases[].port" -> "databases[]"; "listen" -> "".
std::string_view parent_of(std::string_view path);
std::string_view last_of(std::string_view path);

// Keys right under `parent` ("" for the top, "users[]" for the items of users).
std::vector<const Key*> children_of(std::string_view parent);

}  // namespace gateway::config
