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

TEST(Refusal, OfALoginIsFatalAndSaysAsMuch) {
  const policy::Violation violation{.code = policy::ErrorCode::AccessDenied,
                                    .resource = "role",
                                    .rule = "gucs.allowed",
                                    .message = "no",
                                    .hint = "None."};
  std::string text;
  write_refusal(text, refusal_of(violation), pgwire::Severity::Fatal);
  EXPECT_NE(text.find("SFATAL"), std::string::npos);
  EXPECT_NE(text.find("DACCESS_DENIED: role (rule: gucs.allowed)"), std::string::npos);
  EXPECT_NE(text.find("C42501"), std::string::npos);
}

}  // namespace
}  // namespace gateway::session
