// SPDX-License-Identifier: Apache-2.0
#include "gateway/admin/denials.h"

#include <gtest/gtest.h>

#include <utility>

namespace gateway::admin {
namespace {

using namespace std::chrono_literals;
using Kind = Target::Kind;

const Target kAnn{.user = "ann"};
const Target kAnnInShop{.user = "ann", .database = "shop"};
const Target kShop{.kind = Kind::Database, .database = "shop"};
const Target kShape{.kind = Kind::Fingerprint, .fingerprint = 7};

TEST(Denials, HoldForTheirUsersAndDatabasesAlone) {
  Denials denials;
  EXPECT_EQ(denials.find_client("shop", "ann"), nullptr);
  denials.deny({.target = kAnnInShop});
  EXPECT_NE(denials.find_client("shop", "ann"), nullptr);
  EXPECT_EQ(denials.find_client("shop", "Ann"), nullptr);
  EXPECT_EQ(denials.find_client("other", "ann"), nullptr);
  denials.deny({.target = kAnn});
  EXPECT_NE(denials.find_client("other", "ann"), nullptr);
  EXPECT_EQ(denials.find_client("shop", "bob"), nullptr);
  denials.deny({.target = kShop});
  EXPECT_NE(denials.find_client("shop", "bob"), nullptr);
  EXPECT_EQ(denials.find_statement(7), nullptr);
  denials.deny({.target = kShape});
  EXPECT_NE(denials.find_statement(7), nullptr);
  EXPECT_EQ(denials.find_statement(8), nullptr);
}

TEST(Denials, AreLiftedOneByOneAndByName) {
  Denials denials;
  denials.deny({.target = kAnn});
  denials.deny({.target = kAnnInShop});
  EXPECT_TRUE(denials.allow(kAnn));
  EXPECT_FALSE(denials.allow(kAnn));
  EXPECT_NE(denials.find_client("shop", "ann"), nullptr);
  EXPECT_TRUE(denials.allow(kAnnInShop));
  EXPECT_EQ(denials.find_client("shop", "ann"), nullptr);
  denials.deny({.target = kShape});
  denials.deny({.target = kShape, .reason = "again"});
  EXPECT_EQ(denials.find_statement(7)->reason, "again");
  EXPECT_TRUE(denials.allow(kShape));
  EXPECT_EQ(denials.find_statement(7), nullptr);
  EXPECT_EQ(denials.size(), 0u);
}

TEST(Denials, EachChangeHasAnotherEpoch) {
  Denials denials;
  std::uint64_t last = denials.epoch();
  EXPECT_NE(last, 0u);
  const auto changed = [&] { return std::exchange(last, denials.epoch()) != denials.epoch(); };
  denials.deny({.target = kAnn});
  EXPECT_TRUE(changed());
  denials.deny({.target = kAnn, .reason = "other"});
  EXPECT_TRUE(changed());
  denials.allow(kShop);
  EXPECT_FALSE(changed());
  denials.allow(kAnn);
  EXPECT_TRUE(changed());
}

TEST(Denials, EndByThemselves) {
  Denials denials;
  const Denial::TimePoint now{1'000s};
  denials.deny({.target = kAnn, .until = now + 10s});
  denials.deny({.target = kShop});
  EXPECT_TRUE(denials.expire(now + 9s).empty());
  const auto over = denials.expire(now + 10s);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].target, kAnn);
  EXPECT_EQ(denials.size(), 1u);
}

TEST(Denials, HaveAMaximumThatKeepsWhatIsThere) {
  Denials denials;
  for (std::size_t i = 1; i <= kDenialsMax; ++i) {
    EXPECT_TRUE(denials.deny({.target = {.kind = Kind::Fingerprint, .fingerprint = i}}));
  }
  EXPECT_FALSE(denials.deny({.target = kAnn}));
  EXPECT_TRUE(denials.deny({.target = kShape, .reason = "replaced"}));
  EXPECT_EQ(denials.size(), kDenialsMax);
}

}  // namespace
}  // namespace gateway::admin
