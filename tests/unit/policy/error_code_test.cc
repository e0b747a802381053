// SPDX-License-Identifier: Apache-2.0
#include "policy/error_code.h"

#include <gtest/gtest.h>

#include <set>

namespace policy {
namespace {

TEST(ErrorCode, EveryCodeHasItsOwnNameAndAWholeSqlstate) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::InternalError); ++i) {
    const ErrorFace& each = face(static_cast<ErrorCode>(i));
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(each.sqlstate.size(), 5u) << each.name;
    EXPECT_GE(each.http_status, 400) << each.name;
  }
}

TEST(ErrorCode, FacesStandInTheOrderOfTheEnum) {
  EXPECT_EQ(face(ErrorCode::AccessDenied).name, "ACCESS_DENIED");
  EXPECT_EQ(face(ErrorCode::SyntaxError).sqlstate, "42601");
  EXPECT_EQ(face(ErrorCode::UndefinedObject).name, "UNDEFINED_OBJECT");
  EXPECT_EQ(face(ErrorCode::StatementTooComplex).sqlstate, "54001");
  EXPECT_EQ(face(ErrorCode::RateLimitExceeded).http_status, 429);
  EXPECT_EQ(face(ErrorCode::InternalError).name, "INTERNAL_ERROR");
}

}  // namespace
}  // namespace policy
