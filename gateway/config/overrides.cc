// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/config/document.h"
#include "gateway/config/keys.h"
#include "gateway/config/nearest.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

constexpr std::string_view kPrefix = "POSTERN_";
constexpr std::string_view kJoin = "__";

struct Override {
  std::string variable;
  std::vector<std::string> path;  // lower case
  std::string value;
};

std::optional<std::size_t> as_index(std::string_view part) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  return index;
}

std::vector<std::string> split(std::string_view name) {
  std::vector<std::string> parts;
  for (auto at = name.find(kJoin); at != std::string_view::npos; at = name.find(kJoin)) {
    parts.push_back(lower(name.substr(0, at)));
    name.remove_prefix(at + kJoin.size());
  }
  parts.push_back(lower(name));
  return parts;
}

// Every scalar lies in a section, so what begins with none is somebody else's: POSTERN_CONFIG, or
// POSTERN_SERVICE_HOST of Kubernetes. POSTERN_LISTEN_PORT is a slip, and becomes an error.
bool means_a_section(std::string_view name) {
  const std::string first = lower(name.substr(0, name.find('_')));
  return name.contains(kJoin) || (!first.empty() && find_key(first) != nullptr);
}

// Numbers in order of their value, so that item 2 is appended before item 10.
bool comes_before(const Override& a, const Override& b) {
  const auto number_or_text = [](const std::string& left, const std::string& right) {
    const auto x = as_index(left), y = as_index(right);
    if (x && y && *x != *y) return *x < *y;
    return left < right;
  };
  if (a.path == b.path) return a.variable < b.variable;
  return std::ranges::lexicographical_compare(a.path, b.path, number_or_text);
}

std::vector<Override> find_overrides(const Environment& environment) {
  std::vector<Override> found;
  for (auto entry = environment.lower_bound(kPrefix); entry != environment.end(); ++entry) {
    const auto& [name, value] = *entry;
    if (!name.starts_with(kPrefix)) break;
    if (!means_a_section(std::string_view(name).substr(kPrefix.size()))) continue;
    found.push_back({name, split(std::string_view(name).substr(kPrefix.size())), value});
  }
  std::ranges::sort(found, comes_before);
  return found;
}

bool is_list(std::string_view pattern) {
  const Key* key = find_key(pattern);
  if (key == nullptr) return false;
  return key->type == Type::MapList || key->type == Type::List || key->type == Type::OneOrMore;
}

// One override on its way into the tree: `pattern_` and `path_` name what `node_` is.
class Walk {
 public:
  Walk(const Override& override, Node& root) : override_(override), node_(&root) {}

  // The error is a phrase about path().
  std::expected<void, std::string> run() {
    for (const std::string& part : override_.path) {
      const auto stepped = is_list(pattern_) ? step_into_list(part) : step_into_map(part);
      if (!stepped) return give_up(stepped);
    }
    *node_ = make_scalar(Node::Origin::Elsewhere, place(), override_.value);
    return {};
  }

  Place place() const { return {0, 0, override_.variable}; }
  const std::string& path() const { return path_; }

 private:
  using Step = std::expected<void, std::string>;

  Step step_into_map(const std::string& part) {
    const Key* key = find_child(pattern_, part);
    path_ += (path_.empty() ? "" : ".") + printable(part);
    if (key == nullptr) return std::unexpected(unknown_key(pattern_, part));
    pattern_ = keys_of(*key);
    if (!become(Node::Kind::Map)) return std::unexpected("the file has no mapping around this key");
    if (Node* found = node_->find(part)) {
      node_ = found;
    } else {
      node_ =
          &node_->entries.emplace_back(Entry{part, place(), make_node(Node::Kind::Null, place())})
               .value;
    }
    return {};
  }

  Step step_into_list(const std::string& part) {
    const auto index = as_index(part);
    if (!index) return std::unexpected("is a list: its items are named by a number");
    pattern_ += "[]";
    path_ += fmt::format("[{}]", *index);
    if (!become(Node::Kind::List)) return std::unexpected("the file has no list here");
    auto& items = node_->items;
    if (*index > items.size()) {
      return std::unexpected(
          fmt::format("the list has {} items; the next one is {}", items.size(), items.size()));
    }
    if (*index == items.size()) items.push_back(make_node(Node::Kind::Null, place()));
    node_ = &items[*index];
    return {};
  }

  // Keeps what was made on the way from being reported as empty.
  Step give_up(Step error) {
    if (node_->is_empty()) node_->kind = Node::Kind::Unreadable;
    return error;
  }

  bool become(Node::Kind kind) {
    if (node_->kind == Node::Kind::Null) node_->kind = kind;
    return node_->kind == kind;
  }

  const Override& override_;
  Node* node_;
  std::string pattern_, path_;
};

}  // namespace

void apply_overrides(Node& root, const Environment& environment, Diagnostics& diagnostics) {
  for (const Override& override : find_overrides(environment)) {
    Walk walk(override, root);
    const auto applied = walk.run();
    if (!applied) {
      diagnostics.push_back({Severity::Error, walk.place(), walk.path(), applied.error()});
    }
  }
}

}  // namespace gateway::config
