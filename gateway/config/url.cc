// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/config/libpq_url.h"
#include "gateway/config/secret_file.h"

namespace gateway::config {
namespace {

struct Target {
  Node& database;
  std::string path;
  Diagnostics& diagnostics;

  void error(const Place& place, std::string_view key, std::string message) {
    diagnostics.push_back(
        {Severity::Error, place, fmt::format("{}.{}", path, key), std::move(message)});
  }
};

Node scalar(const Node& url, std::string text) {
  return make_scalar(url.origin, url.place, std::move(text));
}

Node list(const Node& url, const std::vector<std::string>& texts) {
  Node result = make_node(Node::Kind::List, url.place);
  for (const std::string& text : texts) result.items.push_back(scalar(url, text));
  return result;
}

void add(Target& target, std::string_view key, Node value) {
  const auto given = std::ranges::find(target.database.entries, key, &Entry::key);
  if (given != target.database.entries.end()) {
    target.error(given->place, key, "is also given by url; remove one of them");
    return;
  }
  Place place = value.place;
  target.database.entries.push_back({std::string(key), std::move(place), std::move(value)});
}

void add_parts(Target& target, const Node& url, UrlParts parts) {
  if (!parts.hosts.empty()) add(target, "host", list(url, parts.hosts));
  if (!parts.ports.empty()) add(target, "port", list(url, parts.ports));
  for (auto& [key, value] : parts.parameters) add(target, key, scalar(url, std::move(value)));
}

void refuse_mixture(Target& target) {
  for (std::string_view key : {"host", "port"}) {
    const auto given = std::ranges::find(target.database.entries, key, &Entry::key);
    if (given == target.database.entries.end()) continue;
    target.error(given->place, key, "cannot be used together with url; remove one of them");
    target.database.entries.erase(given);
  }
}

void splice(Target& target, const Sources& sources) {
  auto& entries = target.database.entries;
  const auto found = std::ranges::find(entries, "url", &Entry::key);
  if (found == entries.end() || found->value.kind != Node::Kind::Scalar) return;
  Node url = std::move(found->value);
  entries.erase(found);
  if (url.text.empty()) return;
  const auto text = resolve_secret(url.text, sources.read_file);
  if (!text) return target.error(url.place, "url", text.error());
  if (is_secret_file(url.text)) url.origin = Node::Origin::Elsewhere;
  refuse_mixture(target);
  auto parts = parse_libpq_url(*text);
  if (!parts) return target.error(url.place, "url", parts.error());
  add_parts(target, url, std::move(*parts));
}

}  // namespace

void splice_urls(Node& root, const Sources& sources, Diagnostics& diagnostics) {
  Node* databases = root.find("databases");
  if (databases == nullptr) return;
  for (std::size_t i = 0; i < databases->items.size(); ++i) {
    Target target{databases->items[i], fmt::format("databases[{}]", i), diagnostics};
    splice(target, sources);
  }
}

}  // namespace gateway::config
