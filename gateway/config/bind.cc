// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/bind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "gateway/config/keys.h"
#include "gateway/config/nearest.h"
#include "gateway/config/secret_file.h"
#include "gateway/config/text.h"
#include "gateway/config/unbuilt.h"

namespace gateway::config {
namespace {

constexpr std::string_view kExplain = "databases[].access_policy.explain_policy";
constexpr std::string_view kPrincipals = "databases[].principals";
// Each holds a whole access policy.
constexpr std::size_t kPrincipalsMax = 100;

// One given value of a known key.
struct Leaf {
  const Key& key;
  const Node& node;
  const std::string& path;
};

class Binder {
 public:
  Binder(Bound& bound, const Sources& sources, Diagnostics& diagnostics)
      : bound_(bound), sources_(sources), diagnostics_(diagnostics) {}

  void map(const Node& node, const Spot& spot) {
    if (node.kind == Node::Kind::Null || node.kind == Node::Kind::Unreadable) return;
    if (node.kind != Node::Kind::Map) {
      return error(node.place, spot.path, fmt::format("must be a mapping, is {}", name(node.kind)));
    }
    for (const Entry& entry : node.entries) {
      if (!comes_last(entry, spot)) this->entry(entry, spot);
    }
    for (const Entry& entry : node.entries) {
      if (comes_last(entry, spot)) this->entry(entry, spot);
    }
  }

 private:
  // A principal starts with what its database has, wherever that stands.
  static bool comes_last(const Entry& entry, const Spot& parent) {
    return parent.pattern == "databases[]" && entry.key == "principals";
  }

  void entry(const Entry& entry, const Spot& parent) {
    const Spot spot = parent.key(entry.key);
    const Key* key = find_child(parent.pattern, entry.key);
    if (key == nullptr) {
      return error(entry.place, spot.path, unknown_key(parent.pattern, entry.key));
    }
    if (key->built == Built::No) return check_unbuilt(*key, entry, spot, diagnostics_);
    bound_.places[spot.path] = entry.place;
    if (entry.value.kind == Node::Kind::Unreadable) return;
    if (key->type == Type::Map) {
      if (key->path == kExplain && !entry.value.entries.empty()) turn_on_explain();
      return map(entry.value, {std::string(keys_of(*key)), spot.path});
    }
    if (key->type == Type::MapList) return map_list(entry.value, spot);
    if (entry.value.is_null_word && std::ranges::find(key->words, "null") != key->words.end()) {
      return leaf({*key, make_scalar(Node::Origin::Literal, entry.value.place, "null"), spot.path});
    }
    if (entry.value.kind == Node::Kind::Null) {
      return error(entry.value.place, spot.path, "has no value; give one or remove the key");
    }
    leaf({*key, entry.value, spot.path});
  }

  void map_list(const Node& node, const Spot& spot) {
    if (node.kind == Node::Kind::Null) return;
    if (node.kind != Node::Kind::List) {
      return error(node.place, spot.path, fmt::format("must be a list, is {}", name(node.kind)));
    }
    const bool is_inner = spot.pattern == kPrincipals;
    if (is_inner && node.items.size() > kPrincipalsMax) {
      return error(node.place, spot.path, fmt::format("has more than {} items", kPrincipalsMax));
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      (is_inner ? principal_ : index_) = i;
      grow(spot.pattern);
      const Spot item = spot.item(i);
      bound_.places[item.path] = node.items[i].place;
      map(node.items[i], item);
    }
    if (is_inner) principal_ = Cursor::kNone;
  }

  void grow(std::string_view pattern) {
    if (pattern == "users") bound_.config.users.emplace_back();
    if (pattern == "databases") bound_.config.databases.emplace_back();
    if (pattern == kPrincipals) {
      Database& database = bound_.config.databases[index_];
      Principal& principal = database.principals.emplace_back();
      principal.access = database.access;
      principal.limits = database.limits;
    }
  }

  // It is on where it is written about, unless it says otherwise.
  void turn_on_explain() {
    const Key* enabled = find_child(kExplain, "enabled");
    *std::get<bool*>(enabled->slot({bound_.config, index_, principal_})) = true;
  }

  void leaf(const Leaf& leaf) {
    const bool is_list = leaf.key.type == Type::List || leaf.key.type == Type::OneOrMore;
    const bool is_scalar = leaf.key.type != Type::List;
    const auto kind = leaf.node.kind;
    const bool fits =
        (is_list && kind == Node::Kind::List) || (is_scalar && kind == Node::Kind::Scalar);
    if (!fits) {
      return fail(leaf, fmt::format("must be {}, is {}", is_scalar ? "a single value" : "a list",
                                    name(kind)));
    }
    if (leaf.key.slot == nullptr) return;
    const Slot slot = leaf.key.slot({bound_.config, index_, principal_});
    std::visit([&](auto* target) { set(*target, leaf); }, slot);
  }

  template <class T, class U>
  void take(T& target, Scalar<U> value, const Leaf& leaf) {
    if (!value) return fail(leaf, std::move(value.error()));
    target = static_cast<T>(std::move(*value));
  }

  void set(bool& target, const Leaf& leaf) { take(target, parse_boolean(leaf.node.text), leaf); }

  void set(std::uint16_t& target, const Leaf& leaf) {
    take(target, parse_integer(leaf.node.text, leaf.key.range), leaf);
  }

  void set(std::size_t& target, const Leaf& leaf) {
    const auto parse = leaf.key.type == Type::Size ? parse_size : parse_integer;
    take(target, parse(leaf.node.text, leaf.key.range), leaf);
  }

  void set(Duration& target, const Leaf& leaf) {
    take(target, parse_duration(leaf.node.text, leaf.key.range), leaf);
  }

  void set(std::string& target, const Leaf& leaf) {
    if (!leaf.key.words.empty() && !word(leaf)) return;
    if (leaf.node.text.contains('\0')) return fail(leaf, "holds a NUL byte");
    if (find_invalid_utf8(leaf.node.text)) return fail(leaf, "is not UTF-8");
    target = leaf.node.text;
  }

  void set(Secret& target, const Leaf& leaf) {
    const std::string& text = leaf.node.text;
    auto secret = resolve_secret(text, sources_.read_file);
    if (!secret) return fail(leaf, secret.error());
    const bool is_literal = leaf.node.origin == Node::Origin::Literal && !is_secret_file(text);
    if (is_literal && !text.empty()) bound_.literal_secrets.insert(leaf.path);
    if (secret->empty()) bound_.places.erase(leaf.path);  // as if it were not given
    target = Secret(std::move(*secret));
  }

  template <class E>
    requires std::is_enum_v<E>
  void set(E& target, const Leaf& leaf) {
    if (const auto index = word(leaf)) target = static_cast<E>(*index);
  }

  // Written, even as the default, it is a rule: somebody relies on it.
  void set(policy::SystemCatalogs& target, const Leaf& leaf) {
    const auto index = word(leaf);
    if (!index) return;
    target = static_cast<policy::SystemCatalogs>(*index);
    Database& database = bound_.config.databases[index_];
    AccessRules& access =
        principal_ == Cursor::kNone ? database.access : database.principals[principal_].access;
    access.names_catalogs = true;
  }

  void set(std::optional<Mode>& target, const Leaf& leaf) {
    if (const auto index = word(leaf)) target = static_cast<Mode>(*index);
  }

  // A list with a mistake in it leaves the default, as a single value does.
  template <class T>
  void set(std::vector<T>& target, const Leaf& leaf) {
    const std::size_t mistakes = diagnostics_.size();
    std::vector<T> items;
    fill(items, leaf);
    if (diagnostics_.size() == mistakes) target = std::move(items);
  }

  // A list gives its items; a single value (OneOrMore) is a list of one.
  template <class T>
  void fill(std::vector<T>& target, const Leaf& leaf) {
    if (leaf.node.kind == Node::Kind::Scalar) return set(target.emplace_back(), leaf);
    for (std::size_t i = 0; i < leaf.node.items.size(); ++i) {
      const std::string path = fmt::format("{}[{}]", leaf.path, i);
      const Leaf item{leaf.key, leaf.node.items[i], path};
      bound_.places[path] = item.node.place;
      if (item.node.kind == Node::Kind::Unreadable) continue;
      if (item.node.kind == Node::Kind::Scalar) {
        set(target.emplace_back(), item);
      } else {
        fail(item, fmt::format("must be a single value, is {}", name(item.node.kind)));
      }
    }
  }

  // The index in the key's words.
  std::optional<std::size_t> word(const Leaf& leaf) {
    const std::string& text = leaf.node.text;
    const auto& words = leaf.key.words;
    const auto found = std::ranges::find(words, text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    if (std::ranges::find(leaf.key.unbuilt_words, text) != leaf.key.unbuilt_words.end()) {
      fail(leaf, fmt::format("'{}' is not built yet in this version; write {}", text,
                             fmt::join(words, " or ")));
    } else {
      fail(leaf, fmt::format("is '{}' and must be one of {}; nearest is '{}'", printable(text),
                             fmt::join(words, ", "), nearest(text, words)));
    }
    return std::nullopt;
  }

  void fail(const Leaf& leaf, std::string message) {
    error(leaf.node.place, leaf.path, std::move(message));
  }

  void error(const Place& place, const std::string& path, std::string message) {
    diagnostics_.push_back({Severity::Error, place, path, std::move(message)});
  }

  Bound& bound_;
  const Sources& sources_;
  Diagnostics& diagnostics_;
  std::size_t index_ = 0, principal_ = Cursor::kNone;
};

}  // namespace

Bound bind_keys(const Node& root, const Sources& sources, Diagnostics& diagnostics) {
  Bound bound;
  Binder(bound, sources, diagnostics).map(root, {});
  return bound;
}

}  // namespace gateway::config
