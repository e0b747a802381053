// SPDX-License-Identifier: Apache-2.0
#include "policy/reader/node_children.h"

#include <gtest/gtest.h>

#include "policy/reader/pg_nodes.h"
#include "policy/reader/reader.h"

namespace policy {
namespace {

// Counts the children of one node, each visited in its turn before the next is told.
struct Counter {
  int children = 0;

  static void child(void* state, const void* node) {
    ++static_cast<Counter*>(state)->children;
    if (!IsA(node, List)) return;
    const auto* list = static_cast<const List*>(node);
    for (int i = 0; i < list_length(list); ++i) {
      Counter inner;
      NodeVisit visit{.child = &Counter::child, .state = &inner, .shape = 0};
      EXPECT_TRUE(visit_node(list->elements[i].ptr_value, &visit));
    }
  }
};

TEST(NodeChildren, AreToldToTheVisitThatAskedForThem) {
  const ParsedText text("SELECT a FROM t WHERE b GROUP BY c HAVING d ORDER BY e LIMIT 1");
  ASSERT_TRUE(text.read().has_value());
  Counter counter;
  NodeVisit visit{.child = &Counter::child, .state = &counter, .shape = 0};
  ASSERT_TRUE(visit_node(text.statement(0), &visit));
  EXPECT_EQ(counter.children, 7);
}

}  // namespace
}  // namespace policy
