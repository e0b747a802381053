// SPDX-License-Identifier: Apache-2.0
#include "policy/plan/plan_tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "policy/plan/judge_plan.h"

namespace policy::plan {
namespace {

using Json = nlohmann::json;

// What a value would cost to build, told by its brackets alone.
class Shape {
 public:
  // The first reason not to build it.
  std::optional<std::string> fault(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '"') {
        at = end_of_string(text, at);
        continue;
      }
      count(text[at]);
      if (depth_ > kDepthMax) return "it is nested too deeply";
      if (objects_ > kObjectsMax) return "it has too many nodes";
    }
    return std::nullopt;
  }

 private:
  static std::size_t end_of_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\') ++at;
    }
    return at;
  }
  void count(char c) {
    if (c == '{' || c == '[') {
      ++depth_;
      ++objects_;
    }
    if ((c == '}' || c == ']') && depth_ > 0) --depth_;
  }

  std::size_t depth_ = 0;
  std::size_t objects_ = 0;
};

std::optional<double> number(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

// Empty: there is none.
std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_string() ? std::string{} : found->get<std::string>();
}

const Json* list(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_array() ? nullptr : &*found;
}

// Empty strings where a key is missing: such a relation is in no catalog.
PlanRelation relation_of(const Json& object) {
  return {.schema = text(object, "Schema"), .name = text(object, "Relation Name")};
}

std::vector<PlanRelation> relations_of(const Json& object) {
  std::vector<PlanRelation> relations;
  if (object.contains("Relation Name")) relations.push_back(relation_of(object));
  if (const Json* targets = list(object, "Target Tables")) {
    for (const Json& target : *targets) relations.push_back(relation_of(target));
  }
  return relations;
}

class Reader {
 public:
  std::expected<PlanTree, std::string> read(const Json& document) {
    if (!document.is_array()) return std::unexpected("it is no list of plans");
    for (const Json& query : document) {
      if (!add_query(query)) return std::unexpected(std::move(error_));
    }
    return std::move(tree_);
  }

 private:
  bool fail(const char* why) {
    error_ = why;
    return false;
  }

  bool add_query(const Json& query) {
    if (is_nothing(query)) return true;
    if (!query.is_object() || !query.contains("Plan")) return fail("it has no plan");
    return add_node(query["Plan"], -1);
  }

  // As explain.c says that the table of CREATE TABLE IF NOT EXISTS … AS is there.
  static bool is_nothing(const Json& query) {
    if (!query.is_string()) return false;
    const auto& words = query.get_ref<const std::string&>();
    return words == "CREATE TABLE AS" || words == "CREATE MATERIALIZED VIEW";
  }

  bool add_node(const Json& object, std::int32_t parent) {  // NOLINT(misc-no-recursion): kDepthMax
    if (!object.is_object()) return fail("a node is no object");
    PlanNode node;
    node.type = text(object, "Node Type");
    if (node.type.empty()) return fail("a node has no type");
    const auto rows = number(object, "Plan Rows");
    const auto startup = number(object, "Startup Cost");
    const auto total = number(object, "Total Cost");
    if (!rows || !startup || !total) return fail("a node has no estimates");
    node.operation = text(object, "Operation");
    node.parent = parent;
    node.rows = *rows;
    node.startup_cost = *startup;
    node.total_cost = *total;
    node.has_filter = object.contains("Filter");
    node.is_pushed_down = object.contains("Relations");
    node.relations = relations_of(object);
    const auto self = static_cast<std::int32_t>(tree_.nodes.size());
    tree_.nodes.push_back(std::move(node));
    return add_children(object, self);
  }

  bool add_children(const Json& object, std::int32_t parent) {  // NOLINT(misc-no-recursion)
    const auto found = object.find("Plans");
    if (found == object.end()) return true;
    if (!found->is_array()) return fail("the children of a node are no list");
    return std::ranges::all_of(*found, [&](const Json& child) { return add_node(child, parent); });
  }

  PlanTree tree_{};
  std::string error_{};
};

}  // namespace

std::expected<PlanTree, std::string> read_plan(std::string_view json) {
  if (json.size() > kPlanBytesMax) return std::unexpected("it is too long");
  if (auto fault = Shape{}.fault(json)) return std::unexpected(*std::move(fault));
  const Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) return std::unexpected("it is no JSON");
  return Reader{}.read(document);
}

}  // namespace policy::plan
