// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/node.h"

#include <algorithm>
#include <utility>

namespace gateway::config {

const Node* Node::find(std::string_view key) const {
  const auto entry = std::ranges::find(entries, key, &Entry::key);
  return entry == entries.end() ? nullptr : &entry->value;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node&>(*this).find(key));
}

bool Node::is_empty() const { return text.empty() && items.empty() && entries.empty(); }

Node make_node(Node::Kind kind, Place place) {
  Node node;
  node.kind = kind;
  node.place = std::move(place);
  return node;
}

Node make_scalar(Node::Origin origin, Place place, std::string text) {
  Node node = make_node(Node::Kind::Scalar, std::move(place));
  node.origin = origin;
  node.text = std::move(text);
  return node;
}

std::string_view name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::Null: return "empty";
    case Node::Kind::Scalar: return "a single value";
    case Node::Kind::List: return "a list";
    case Node::Kind::Map: return "a mapping";
    case Node::Kind::Unreadable: return "unreadable";
  }
  return "";
}

}  // namespace gateway::config
