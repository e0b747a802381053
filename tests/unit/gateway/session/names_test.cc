// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/names.h"

#include <gtest/gtest.h>

namespace gateway::session {
namespace {

using Belief = Names::Belief;
using When = Names::When;

PreparedRef text(std::string sql) {
  auto prepared = std::make_shared<Prepared>();
  prepared->sql = std::move(sql);
  return prepared;
}

// The empty name has a place of its own, and everything else in common with the others.
class AnyName : public testing::TestWithParam<std::string> {
 protected:
  Names names;
};

INSTANTIATE_TEST_SUITE_P(Names, AnyName, testing::Values("", "p", std::string(70, 'x')),
                         [](const auto& each) {
                           const std::string& name = each.param;
                           return name.empty() ? "unnamed" : name.size() == 1 ? "short" : "cut";
                         });

TEST_P(AnyName, IsBelievedInItsUnitAtOnceAndInOthersWhenItIsAnswered) {
  const std::string name(name_key(GetParam()));
  names.predict({.seq = 7, .unit = 3, .name = name, .prepared = text("SELECT 1")});
  EXPECT_EQ(names.believe(GetParam(), 3), Belief::Known);
  EXPECT_EQ(names.believe(GetParam(), 4), Belief::Unsettled);
  EXPECT_EQ(names.bytes(), 8u);
  names.succeeded(7, 0);
  EXPECT_EQ(names.believe(GetParam(), 4), Belief::Known);
  EXPECT_EQ(names.look_up(GetParam(), 4).prepared->sql, "SELECT 1");
  EXPECT_FALSE(names.has_pending());
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(names.bytes(), 8u);
}

TEST_P(AnyName, IsGoneWhenItsErasureIsAnswered) {
  const std::string name(name_key(GetParam()));
  names.predict({.seq = 1, .unit = 1, .name = name, .prepared = text("SELECT 1")});
  names.succeeded(1, 0);
  names.predict({.seq = 2, .unit = 2, .name = name});
  EXPECT_EQ(names.believe(GetParam(), 2), Belief::Absent);
  EXPECT_EQ(names.believe(GetParam(), 3), Belief::Unsettled);
  names.succeeded(2, 0);
  EXPECT_EQ(names.believe(GetParam(), 3), Belief::Absent);
  EXPECT_EQ(names.size(), 0u);
  EXPECT_EQ(names.bytes(), 0u);
}

TEST_P(AnyName, IsReplacedWithItsText) {
  const std::string name(name_key(GetParam()));
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    names.predict({.seq = seq, .unit = seq, .name = name, .prepared = text("SELECT 1")});
    names.succeeded(seq, 0);
  }
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(names.bytes(), 8u);
}

TEST_P(AnyName, StaysWhereItsMessageFailed) {
  const std::string name(name_key(GetParam()));
  names.predict({.seq = 1, .unit = 1, .name = name, .prepared = text("SELECT 1")});
  names.succeeded(1, 0);
  names.predict({.seq = 2, .unit = 2, .name = name});
  names.failed(2);
  EXPECT_EQ(names.believe(GetParam(), 3), Belief::Known);
  names.predict({.seq = 3, .unit = 3, .when = When::Reached, .name = name});
  names.failed(3);
  EXPECT_EQ(names.believe(GetParam(), 4), Belief::Absent);
}

TEST_P(AnyName, OutlivesItsTransactionOnlyAsAHoldableOne) {
  const std::string name(name_key(GetParam()));
  names.predict({.seq = 1, .unit = 1, .name = name, .prepared = text("SELECT 1")});
  names.succeeded(1, 0);
  names.end_transaction();
  EXPECT_EQ(names.size(), 0u);
  EXPECT_EQ(names.bytes(), 0u);
  names.predict(
      {.seq = 2, .unit = 2, .holdable = true, .name = name, .prepared = text("SELECT 1")});
  names.succeeded(2, 0);
  names.commit();
  names.doubt_fresh();
  names.end_transaction();
  EXPECT_EQ(names.believe(GetParam(), 3), Belief::Known);
  EXPECT_EQ(names.bytes(), 8u);
}

// Nothing is to be waited for on account of it.
TEST_P(AnyName, ErasedWhereItIsNotIsNotNoted) {
  const std::string name(name_key(GetParam()));
  for (const When when : {When::Success, When::Reached, When::Failure}) {
    names.predict({.seq = 1, .unit = 1, .when = when, .name = name});
    EXPECT_FALSE(names.has_pending());
  }
  EXPECT_EQ(names.believe(GetParam(), 2), Belief::Absent);
}

// The erasure comes behind what may bring the name.
TEST_P(AnyName, ErasedWhereItMayComeIsNoted) {
  const std::string name(name_key(GetParam()));
  names.predict({.seq = 1, .unit = 1, .name = name, .prepared = text("SELECT 1")});
  names.predict({.seq = 2, .unit = 1, .name = name});
  names.succeeded(1, 0);
  names.succeeded(2, 0);
  EXPECT_EQ(names.believe(GetParam(), 2), Belief::Absent);
  EXPECT_EQ(names.bytes(), 0u);
}

TEST(Names, AllOrAllNamedOnes) {
  Names names;
  std::uint64_t seq = 0;
  const auto fill = [&] {
    for (const char* name : {"", "a", "b"}) {
      names.predict({.seq = ++seq, .unit = 1, .name = name, .prepared = text("SELECT 1")});
      names.succeeded(seq, 0);
    }
  };
  fill();
  names.predict({.seq = ++seq, .unit = 1, .all = true, .named_only = true});
  names.succeeded(seq, 0);
  EXPECT_EQ(names.size(), 1u);
  EXPECT_EQ(names.believe("", 2), Belief::Known);
  fill();
  names.predict({.seq = ++seq, .unit = 1, .all = true});
  EXPECT_EQ(names.believe("", 1), Belief::Absent);
  names.succeeded(seq, 0);
  EXPECT_EQ(names.size(), 0u);
  EXPECT_EQ(names.bytes(), 0u);
}

TEST(Names, WithdrawnPredictionsLeaveNothing) {
  Names names;
  names.predict({.seq = 1, .unit = 1, .name = "a", .prepared = text("SELECT 1")});
  names.predict({.seq = 2, .unit = 1, .name = "b", .prepared = text("SELECT 2")});
  names.withdraw(2);
  EXPECT_EQ(names.believe("b", 1), Belief::Absent);
  EXPECT_EQ(names.believe("a", 1), Belief::Known);
  EXPECT_EQ(names.bytes(), 8u);
}

}  // namespace
}  // namespace gateway::session
