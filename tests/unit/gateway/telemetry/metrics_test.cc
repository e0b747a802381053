// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/metrics.h"

#include <gtest/gtest.h>

namespace gateway::telemetry {
namespace {

LoopMetrics make() {
  return LoopMetrics({.databases = {"shop", "hr"},
                      .codes = {"UNSAFE_SQL", "SYNTAX_ERROR"},
                      .close_reasons = {"client_quit"},
                      .audit_events = {"query_allowed"},
                      .version = "1",
                      .commit = "c"});
}

TEST(Metrics, EveryCombinationHasACounterOfItsOwn) {
  LoopMetrics metrics = make();
  std::uint64_t next = 1;
  for (std::size_t database = 0; database < 2; ++database) {
    for (const auto status : {RequestStatus::Ok, RequestStatus::Denied, RequestStatus::Error}) {
      for (std::size_t code = 0; code < 3; ++code, ++next) {
        for (std::uint64_t i = 0; i < next; ++i) metrics.count_request(database, status, code);
      }
    }
  }
  next = 1;
  for (std::size_t database = 0; database < 2; ++database) {
    for (const auto status : {RequestStatus::Ok, RequestStatus::Denied, RequestStatus::Error}) {
      for (std::size_t code = 0; code < 3; ++code, ++next) {
        EXPECT_EQ(metrics.requests(database, status, code), next);
      }
    }
  }
}

TEST(Metrics, FindsACodeByName) {
  const LoopMetrics metrics = make();
  EXPECT_EQ(metrics.code_id(""), 0u);
  EXPECT_EQ(metrics.code_id("UNSAFE_SQL"), 1u);
  EXPECT_EQ(metrics.code_id("SYNTAX_ERROR"), 2u);
  EXPECT_EQ(metrics.code_id("unknown"), 0u);
}

TEST(MetricsDeathTest, AnIdOutOfRangeAborts) {
  LoopMetrics metrics = make();
  EXPECT_DEATH(metrics.count_request(2, RequestStatus::Ok, 0), "");
  EXPECT_DEATH(metrics.count_request(0, RequestStatus::Ok, 3), "");
  EXPECT_DEATH(metrics.count_closed_session(1), "");
}

}  // namespace
}  // namespace gateway::telemetry
