// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/queries.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace policy::catalog {
namespace {

std::set<std::string> catalogs_of(std::string_view sql) {
  static const std::regex kCatalog("(?:FROM|JOIN) (pg_[a-z_]+)");
  const std::string text(sql);
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), kCatalog), end; at != end; ++at) {
    names.insert((*at)[1]);
  }
  return names;
}

TEST(Fingerprint, CoversEveryCatalogThatIsRead) {
  const auto covered = catalogs_of(kFingerprint);
  std::set<std::string> read;
  for (const Query& query : queries()) {
    if (!query.is_optional) read.merge(catalogs_of(query.sql));
  }
  EXPECT_GT(read.size(), 15U);
  for (const auto& catalog : read) EXPECT_TRUE(covered.contains(catalog)) << catalog;
}

}  // namespace
}  // namespace policy::catalog
