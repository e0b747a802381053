// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <utility>

#include "gateway/config/text.h"

namespace gateway::config {
namespace {

Place place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1, {}};
}

constexpr std::string_view kNull = "null";

bool is_plain_tag(const std::string& tag) {
  return tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str";
}

// Builds the tree from the parser's events. After a limit was hit it takes no more events.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, Diagnostics& diagnostics)
      : text_(text), diagnostics_(diagnostics) {}

  bool is_stopped() const { return stopped_; }
  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_anchor(mark, anchor);
    Node node = make_node(Node::Kind::Null, place_of(mark));
    node.is_null_word = is_null_word(mark);
    add(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    error(place_of(mark), "anchors and aliases are not supported; write the value out");
    add(make_node(Node::Kind::Null, place_of(mark)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_anchor(mark, anchor);
    check_tag(mark, tag);
    add(make_scalar(Node::Origin::Literal, place_of(mark), value));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_anchor(mark, anchor);
    check_tag(mark, tag);
    open(make_node(Node::Kind::List, place_of(mark)));
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_anchor(mark, anchor);
    check_tag(mark, tag);
    open(make_node(Node::Kind::Map, place_of(mark)));
  }

  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    std::optional<Entry> key;  // Map: the key that waits for its value
  };

  void error(Place place, std::string message) {
    if (stopped_) return;
    diagnostics_.push_back({Severity::Error, std::move(place), "", std::move(message)});
  }

  // The parser says the same of "null" and of nothing at all.
  bool is_null_word(const YAML::Mark& mark) const {
    if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) >= text_.size()) return false;
    const auto rest = text_.substr(static_cast<std::size_t>(mark.pos));
    if (!rest.starts_with(kNull)) return false;
    return rest.size() == kNull.size() || std::string_view(" ,}]\r\n").contains(rest[kNull.size()]);
  }

  void check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    error(place_of(mark), "anchors and aliases are not supported; write the value out");
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (is_plain_tag(tag)) return;
    error(place_of(mark), "YAML tags such as '!include' are not supported");
  }

  void stop(const Place& place, std::string message) {
    error(place, std::move(message));
    stopped_ = true;
  }

  void open(Node node) {
    if (open_.size() >= kDepthMax) {
      stop(node.place, fmt::format("is nested deeper than {} levels", kDepthMax));
    }
    if (!stopped_) open_.push_back({std::move(node), std::nullopt});
  }

  void close() {
    if (stopped_ || open_.empty()) return;
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (++count_ > kNodesMax) stop(node.place, fmt::format("has more than {} values", kNodesMax));
    if (stopped_) return;
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == Node::Kind::List) {
      open_.back().node.items.push_back(std::move(node));
    } else {
      add_to_map(open_.back(), std::move(node));
    }
  }

  void add_to_map(Open& map, Node node) {
    if (!map.key) {
      if (node.kind != Node::Kind::Scalar) error(node.place, "a key must be a plain name");
      map.key = Entry{std::move(node.text), node.place, {}};
      return;
    }
    Entry entry = *std::exchange(map.key, std::nullopt);
    const auto first = std::ranges::find(map.node.entries, entry.key, &Entry::key);
    if (first != map.node.entries.end()) {
      error(entry.place, fmt::format("key '{}' is given twice, first in line {}",
                                     printable(entry.key), first->place.line));
      return;
    }
    entry.value = std::move(node);
    map.node.entries.push_back(std::move(entry));
  }

  std::string_view text_;
  Diagnostics& diagnostics_;
  Node root_;
  std::vector<Open> open_;
  std::size_t count_ = 0;
  bool stopped_ = false;
};

void add_error(Diagnostics& diagnostics, Place place, std::string message) {
  diagnostics.push_back({Severity::Error, std::move(place), "", std::move(message)});
}

void parse(std::string_view text, Builder& builder, Diagnostics& diagnostics) {
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return;
    Diagnostics ignored;
    Builder rest(text, ignored);
    if (parser.HandleNextDocument(rest)) {
      add_error(diagnostics, {}, "holds more than one YAML document");
    }
  } catch (const YAML::Exception& e) {
    if (builder.is_stopped()) return;  // said why already
    add_error(diagnostics, place_of(e.mark), "is not YAML: " + printable(e.msg));
  } catch (const std::exception& e) {
    add_error(diagnostics, {}, std::string("is not YAML: ") + e.what());
  }
}

}  // namespace

Node read_document(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kFileBytesMax) {
    add_error(diagnostics, {}, fmt::format("is longer than {} bytes", kFileBytesMax));
    return {};
  }
  if (const auto bad = find_invalid_utf8(text)) {
    const auto line = std::ranges::count(text.substr(0, *bad), '\n') + 1;
    add_error(diagnostics, {static_cast<int>(line), 1, {}}, "is not UTF-8");
    return {};
  }
  Builder builder(text, diagnostics);
  parse(text, builder, diagnostics);
  return builder.take();
}

}  // namespace gateway::config
