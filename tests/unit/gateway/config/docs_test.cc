// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md and examples/postern.yaml against the table of keys.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "gateway/config/keys.h"
#include "gateway/config/lint.h"
#include "gateway/config/show.h"
#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

const std::string kRoot = POSTERN_SOURCE_DIR;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Docs, NameEveryKeyInTheRightPart) {
  const std::string docs = content(kRoot + "/docs/configuration.md");
  const auto unbuilt = docs.find("\n## Not built yet");
  ASSERT_NE(unbuilt, std::string::npos);
  for (const Key& key : all_keys()) {
    const auto row = docs.find(fmt::format("\n| `{}` |", key.path));
    ASSERT_NE(row, std::string::npos) << key.path;
    EXPECT_EQ(row > unbuilt, key.built == Built::No) << key.path;
  }
}

TEST(Docs, NameNoKeyThatDoesNotExist) {
  const std::string docs = content(kRoot + "/docs/configuration.md");
  for (auto at = docs.find("\n| `"); at != std::string::npos; at = docs.find("\n| `", at + 1)) {
    const auto begin = at + 4, end = docs.find('`', begin);
    EXPECT_NE(find_key(docs.substr(begin, end - begin)), nullptr)
        << docs.substr(begin, end - begin);
  }
}

TEST(Docs, ExampleIsValidAndComplete) {
  const std::string example = content(kRoot + "/examples/postern.yaml");
  EXPECT_EQ(test::said(example), std::vector<std::string>{});
  for (const Key& key : all_keys()) {
    if (key.built == Built::No) continue;
    EXPECT_TRUE(example.contains(std::string(last_of(key.path)) + ":")) << key.path;
  }
}

TEST(Docs, ShopHasAPolicyWithoutFault) {
  const auto parsed = parse(content(kRoot + "/examples/shop.yaml"), test::sources());
  ASSERT_TRUE(parsed.has_value());
  Diagnostics diagnostics = parsed->warnings;
  Findings findings(parsed->config, parsed->places, diagnostics);
  lint_access_policies(findings);
  for (const Diagnostic& d : diagnostics) ADD_FAILURE() << describe(d, "shop.yaml");
}

TEST(Docs, ExampleSpellsOutTheDefaults) {
  Config example = test::valid(content(kRoot + "/examples/postern.yaml"));
  ASSERT_EQ(example.databases.size(), 1u);
  Config plain;
  plain.users = example.users;
  Database& database = plain.databases.emplace_back();
  database.name = database.dbname = "shop";
  database.user = "postern_reader";
  database.readonly_role = "shop_readonly";
  EXPECT_EQ(show(example), show(plain));
}

TEST(Keys, AreUniqueAndHaveTheirParentBeforeThem) {
  std::map<std::string_view, int> seen;
  for (const Key& key : all_keys()) {
    EXPECT_EQ(seen[key.path]++, 0) << key.path;
    std::string_view parent = parent_of(key.path);
    if (parent.ends_with("[]")) parent.remove_suffix(2);
    EXPECT_TRUE(parent.empty() || seen[parent] == 1) << key.path;
  }
}

}  // namespace
}  // namespace gateway::config
