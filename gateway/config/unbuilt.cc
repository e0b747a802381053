// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/unbuilt.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/config/nearest.h"
#include "gateway/config/text.h"

namespace gateway::config {
namespace {

bool is_off(const Key& key, const Node& value) {
  if (value.is_empty()) return true;
  if (value.kind != Node::Kind::Scalar) return false;
  if (key.type == Type::Boolean) return lower(value.text) == "false";
  if (key.type == Type::Interval && !key.off.empty()) {
    const auto duration = parse_duration(value.text, {});
    return duration && *duration == Duration::zero();
  }
  return std::ranges::find(key.off, value.text) != key.off.end();
}

// `enabled: false`, or `mode: disable`, turns off all that stands beside it.
bool is_switched_off(const Node& map, const Spot& spot) {
  return std::ranges::any_of(map.entries, [&spot](const Entry& entry) {
    if (entry.key != "enabled" && entry.key != "mode") return false;
    const Key* key = find_child(spot.pattern, entry.key);
    return key != nullptr && !entry.value.is_empty() && is_off(*key, entry.value);
  });
}

// What to do instead.
std::string way_out(const Key& key) {
  if (key.type == Type::Boolean) return "remove it or set it to false";
  if (!key.off.empty()) return fmt::format("remove it or set it to '{}'", key.off.front());
  return "remove it";
}

class Check {
 public:
  explicit Check(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void value(const Key& key, const Entry& entry, const Spot& spot) {
    if (is_off(key, entry.value)) return;
    if (key.type != Type::Map || entry.value.kind != Node::Kind::Map) {
      error(entry.place, spot.path,
            fmt::format("is not built yet in this version; {}", way_out(key)));
      return names(key, entry.value, spot);
    }
    if (is_switched_off(entry.value, spot)) return names(key, entry.value, spot);
    for (const Entry& child : entry.value.entries) {
      const Spot place = spot.key(child.key);
      if (const Key* known = known_key(child, spot)) value(*known, child, place);
    }
  }

 private:
  void names(const Key& key, const Node& node, const Spot& spot) {
    if (key.type == Type::MapList) {
      for (std::size_t i = 0; i < node.items.size(); ++i) map_names(node.items[i], spot.item(i));
    } else if (key.type == Type::Map) {
      map_names(node, spot);
    }
  }

  void map_names(const Node& map, const Spot& spot) {
    for (const Entry& child : map.entries) {
      if (const Key* known = known_key(child, spot))
        names(*known, child.value, spot.key(child.key));
    }
  }

  const Key* known_key(const Entry& child, const Spot& spot) {
    const Spot place = spot.key(child.key);
    const Key* key = find_child(spot.pattern, child.key);
    if (key == nullptr) error(child.place, place.path, unknown_key(spot.pattern, child.key));
    return key;
  }

  void error(const Place& place, std::string path, std::string message) {
    diagnostics_.push_back({Severity::Error, place, std::move(path), std::move(message)});
  }

  Diagnostics& diagnostics_;
};

}  // namespace

Spot Spot::key(std::string_view name) const {
  const std::string_view dot = path.empty() ? "" : ".";
  return {fmt::format("{}{}{}", pattern, dot, name),
          fmt::format("{}{}{}", path, dot, printable(name))};
}

Spot Spot::item(std::size_t index) const {
  return {pattern + "[]", fmt::format("{}[{}]", path, index)};
}

void check_unbuilt(const Key& key, const Entry& entry, const Spot& spot, Diagnostics& diagnostics) {
  Check(diagnostics).value(key, entry, spot);
}

}  // namespace gateway::config
