// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/document.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

struct Case {
  std::string text, line;
};

TEST(Document, SaysWhereItIsNotAPlainDocument) {
  const Case cases[] = {
      {"listen: {port: 1\n", "is not YAML"},
      {"listen:\n\tport: 1\n", "is not YAML"},
      {"listen: {}\n---\naudit: {}\n", "f: error: holds more than one YAML document"},
      {"listen: &x {port: 1}\n", "f:1:9: error: anchors and aliases are not supported"},
      {"listen: *x\n", "is not YAML"},
      {"listen: !include other.yaml\n", "f:1:9: error: YAML tags"},
      {"listen: {}\nlisten: {}\n", "f:2:1: error: key 'listen' is given twice, first in line 1"},
      {"[a]: 1\n", "a key must be a plain name"},
      {"listen: {address: caf\xe9}\n", "f:1:1: error: is not UTF-8"},
      {"- a\n", "f:1:1: error: must be a mapping, is a list"},
      {"just text", "f:1:1: error: must be a mapping, is a single value"},
  };
  for (const Case& c : cases) {
    const auto lines = test::errors(c.text);
    ASSERT_FALSE(lines.empty()) << c.text;
    EXPECT_TRUE(lines.front().contains(c.line)) << c.text << lines.front();
  }
}

TEST(Document, SeesADuplicateInANestedMapping) {
  const auto lines = test::errors(test::with("listen:\n  port: 1\n  port: 2"));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "f:3:3: error: key 'port' is given twice, first in line 2");
}

TEST(Document, ReadsAnEmptyTextAsNothing) {
  Diagnostics diagnostics;
  EXPECT_TRUE(read_document("# nothing\n", diagnostics).is_empty());
  EXPECT_TRUE(diagnostics.empty());
}

std::size_t errors_of(const std::string& text) {
  Diagnostics diagnostics;
  read_document(text, diagnostics);
  return diagnostics.size();
}

TEST(Document, StopsAtItsLimits) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(errors_of(nested(kDepthMax)), 0u);
  EXPECT_EQ(errors_of(nested(kDepthMax + 1)), 1u);
  EXPECT_EQ(errors_of(nested(100'000)), 1u);

  const auto items = [](std::size_t n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += "- a\n";
    return text;
  };
  EXPECT_EQ(errors_of(items(kNodesMax - 1)), 0u);  // the list itself counts
  EXPECT_EQ(errors_of(items(kNodesMax)), 1u);

  const std::string comment = "#" + std::string(kFileBytesMax - 1, 'x');
  EXPECT_EQ(errors_of(comment), 0u);
  EXPECT_EQ(errors_of(comment + "x"), 1u);
}

}  // namespace
}  // namespace gateway::config
