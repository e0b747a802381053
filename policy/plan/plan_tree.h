// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's answer to EXPLAIN (VERBOSE, FORMAT JSON) as nodes. Knows no limits and no catalog.
// Bounded in bytes, nesting and nodes before memory is spent on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace policy::plan {

constexpr std::size_t kDepthMax = 1'000;  // of JSON; a plan node is two
constexpr std::size_t kObjectsMax = 20'000;

// One that a node scans or changes; of ModifyTable there can be several.
struct PlanRelation {
  std::string schema{};
  std::string name{};
};

struct PlanNode {
  std::string type{};        // "Seq Scan"
  std::string operation{};   // of ModifyTable: "Insert"
  std::int32_t parent = -1;  // index into PlanTree::nodes; -1: the top of a plan
  double rows = 0;
  double startup_cost = 0;
  double total_cost = 0;
  bool has_filter = false;
  bool is_pushed_down = false;  // a join that a foreign server does: its relations are not listed
  std::vector<PlanRelation> relations{};
  bool is_top() const { return parent < 0; }
};

struct PlanTree {
  std::vector<PlanNode> nodes{};  // each behind its parent
};

// Nothing runs where there are no nodes: a rule made it nothing, or CREATE TABLE IF NOT EXISTS
// found the table. The error says what is not understood.
std::expected<PlanTree, std::string> read_plan(std::string_view json);

}  // namespace policy::plan
