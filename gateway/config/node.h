// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree of values with their places. Knows no key and no meaning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/diagnostic.h"

namespace gateway::config {

struct Entry;

// Unreadable: the value could not be had, which has been reported.
struct Node {
  enum class Kind : std::uint8_t { Null, Scalar, List, Map, Unreadable };
  // Literal: written out in the file itself, not in a variable or a file that it names.
  enum class Origin : std::uint8_t { Literal, Elsewhere };

  Kind kind = Kind::Null;
  Origin origin = Origin::Literal;
  Place place;
  bool is_null_word = false;   // Null: not missing, but written "null"
  std::string text;            // Scalar
  std::vector<Node> items;     // List
  std::vector<Entry> entries;  // Map, in the order of the file, keys unique

  Node* find(std::string_view key);
  const Node* find(std::string_view key) const;

  // Null, "", [], {} or unreadable: gives nothing.
  bool is_empty() const;
};

struct Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

Node make_node(Node::Kind kind, Place place);
Node make_scalar(Node::Origin origin, Place place, std::string text);

// "a list", "a mapping" …: for messages.
std::string_view name(Node::Kind kind);

}  // namespace gateway::config
