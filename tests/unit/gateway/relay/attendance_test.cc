// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/attendance.h"

#include <gtest/gtest.h>

#include <memory>

namespace gateway::relay {
namespace {

TEST(Attendance, CountsInAllByDatabaseAndByUserOnIt) {
  Attendance attendance;
  const Attendance::Seat ann(attendance, "shop", "ann"), again(attendance, "shop", "ann"),
      bob(attendance, "shop", "bob"), other(attendance, "stock", "ann");
  EXPECT_EQ(attendance.all(), 4u);
  EXPECT_EQ(attendance.of_database("shop"), 3u);
  EXPECT_EQ(attendance.of_user("shop", "ann"), 2u);
  EXPECT_EQ(attendance.of_user("stock", "ann"), 1u);
  EXPECT_EQ(attendance.of_user("stock", "bob"), 0u);
}

TEST(Attendance, ForgetsWhoLeaves) {
  Attendance attendance;
  auto first = std::make_unique<Attendance::Seat>(attendance, "shop", "ann");
  auto second = std::make_unique<Attendance::Seat>(attendance, "shop", "ann");
  first.reset();
  EXPECT_EQ(attendance.of_user("shop", "ann"), 1u);
  second.reset();
  EXPECT_EQ(attendance.all(), 0u);
  EXPECT_EQ(attendance.of_database("shop"), 0u);
  EXPECT_EQ(attendance.of_user("shop", "ann"), 0u);
}

}  // namespace
}  // namespace gateway::relay
