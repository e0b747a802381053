// SPDX-License-Identifier: Apache-2.0
// Property: whatever a server answers to EXPLAIN, a plan is read in bounds: each node stands behind
// its parent, has a type and lies within the limits of nesting, and without limits and facts
// nothing passes. Input: the answer.
#include <cstdint>
#include <string_view>

#include "policy/plan/judge_plan.h"
#include "policy/plan/plan_tree.h"
#include "tests/fuzz/canary.h"

namespace {

void check_tree(const policy::plan::PlanTree& tree) {
  fuzz::require(tree.nodes.size() <= policy::plan::kObjectsMax);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    fuzz::require(tree.nodes[i].parent < static_cast<std::int32_t>(i));
    fuzz::require(!tree.nodes[i].type.empty() && !fuzz::canary());
  }
}

void check_verdict(std::string_view json) {
  const policy::StatementVerdict statement;
  const policy::Profile profile;
  fuzz::require(!policy::judge_plan(json, statement, profile).allowed());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (const auto tree = policy::plan::read_plan(json)) check_tree(*tree);
  check_verdict(json);
  return 0;
}
