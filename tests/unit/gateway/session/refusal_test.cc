// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/refusal.h"

#include <gtest/gtest.h>

#include <utility>

namespace gateway::session {
namespace {

Refusal refusal_with(policy::Violation violation) {
  policy::Verdict verdict;
  verdict.unreadable.push_back(std::move(violation));
  return refusal_of(verdict);
}

TEST(Refusal, AnUnknownNameReadsAsPostgresTellsIt) {
  const Refusal refusal = refusal_with({.code = policy::ErrorCode::UndefinedObject,
                                        .resource = "nosuch",
                                        .rule = "resolve",
                                        .message = "relation \"nosuch\" does not exist",
                                        .sqlstate = "42P01"});
  EXPECT_EQ(refusal.sqlstate, "42P01");
  EXPECT_EQ(refusal.detail, "");
}

TEST(Refusal, APolicyRefusalNamesCodeObjectAndRule) {
  const Refusal refusal = refusal_with({.code = policy::ErrorCode::ColumnAccessDenied,
                                        .resource = "public.users.ssn",
                                        .rule = "columns.denied[1]"});
  EXPECT_EQ(refusal.sqlstate, "42501");
  EXPECT_EQ(refusal.detail, "COLUMN_ACCESS_DENIED: public.users.ssn (rule: columns.denied[1])");
}

}  // namespace
}  // namespace gateway::session
