// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/frontend_messages.h"

#include <gtest/gtest.h>

#include <vector>

#include "gateway/pgwire/frame.h"
#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::pgwire {
namespace {

using wire::be16;
using wire::be32;
using wire::z;

// A body is read only when nothing is missing at its end and nothing follows.
template <typename Read>
void expect_exact(const std::string& body, Read read) {
  EXPECT_TRUE(read(body).has_value());
  for (std::size_t cut = 0; cut < body.size(); ++cut) {
    EXPECT_FALSE(read(std::string_view(body).substr(0, cut)).has_value()) << "cut at " << cut;
  }
  EXPECT_FALSE(read(body + '\0').has_value()) << "a byte too many";
  EXPECT_FALSE(read(body + 'x').has_value()) << "a byte too many";
}

TEST(Query, IsOneStringWithItsNul) {
  expect_exact(z("SELECT 1"), read_query);
  EXPECT_EQ(read_query(z("SELECT 1"))->sql, "SELECT 1");
  EXPECT_EQ(read_query(z(""))->sql, "");
  EXPECT_FALSE(read_query(z("SELECT 1") + z("DROP TABLE t"))) << "text behind an embedded NUL";
}

TEST(Parse, HasNameTextAndTypes) {
  const std::string body = z("s1") + z("SELECT $1, $2") + be16(2) + be32(23) + be32(0xfffffffe);
  expect_exact(body, read_parse);
  const auto parse = read_parse(body);
  EXPECT_EQ(parse->statement, "s1");
  EXPECT_EQ(parse->sql, "SELECT $1, $2");
  ASSERT_EQ(parse->parameter_count(), 2u);
  EXPECT_EQ(parse->parameter_type(0), 23u);
  EXPECT_EQ(parse->parameter_type(1), 0xfffffffeu);
}

TEST(Parse, CountsTypesWithoutASign) {
  const std::string types(std::size_t{65'535} * 4, '\x01');
  const std::string body = z("") + z("") + be16(65'535) + types;
  const auto parse = read_parse(body);
  ASSERT_TRUE(parse);
  EXPECT_EQ(parse->parameter_count(), 65'535u);
  EXPECT_EQ(parse->parameter_type(65'534), 0x01010101u);
}

TEST(Parse, AnswersZeroForATypeItWasNotGiven) {
  const std::string body = z("") + z("SELECT $1, $2") + be16(1) + be32(23);
  const auto parse = read_parse(body);
  ASSERT_TRUE(parse);
  EXPECT_EQ(parse->parameter_type(1), 0u);
  EXPECT_EQ(parse->parameter_type(static_cast<std::size_t>(-1) / 4), 0u);
}

TEST(Describe, NamesAStatementOrAPortal) {
  expect_exact("S" + z("s1"), read_describe);
  expect_exact("P" + z(""), read_describe);
  EXPECT_EQ(read_describe("S" + z("s1"))->target, Target::Statement);
  EXPECT_EQ(read_describe("P" + z("p1"))->target, Target::Portal);
  EXPECT_EQ(read_describe("P" + z("p1"))->name, "p1");
  for (int target = 0; target < 256; ++target) {
    const bool legal = target == 'S' || target == 'P';
    EXPECT_EQ(read_describe(static_cast<char>(target) + z("x")).has_value(), legal) << target;
  }
}

TEST(Execute, HasPortalAndRowLimit) {
  expect_exact(z("p") + be32(10), read_execute);
  EXPECT_EQ(read_execute(z("p") + be32(10))->portal, "p");
  EXPECT_EQ(read_execute(z("p") + be32(10))->rows_max, 10);
  EXPECT_EQ(read_execute(z("") + be32(0xffffffff))->rows_max, -1);
}

TEST(SaslInitialResponse, HasMechanismAndData) {
  const std::string body = z("SCRAM-SHA-256") + be32(5) + "n,,n=";
  expect_exact(body, read_sasl_initial);
  EXPECT_EQ(read_sasl_initial(body)->mechanism, "SCRAM-SHA-256");
  EXPECT_EQ(read_sasl_initial(body)->data, "n,,n=");
}

TEST(SaslInitialResponse, MayHaveNoData) {
  for (const std::uint32_t length : {0u, 0xffffffffu}) {
    const std::string body = z("X") + be32(length);
    const auto response = read_sasl_initial(body);
    ASSERT_TRUE(response) << length;
    EXPECT_EQ(response->data, "");
  }
}

TEST(SaslInitialResponse, RefusesLengthsThatLie) {
  for (const std::uint32_t length : {1u, 2u, 4u, 0x7fffffffu, 0x80000000u, 0xfffffffeu}) {
    EXPECT_FALSE(read_sasl_initial(z("X") + be32(length) + "abc")) << length;
  }
}

TEST(BindHead, NeedsBothNamesAndNoMore) {
  const std::string front = z("p1") + z("s1");
  const std::string body = front + be16(0) + be16(0) + be16(0);
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    const auto head = read_bind_head(std::string_view(body).substr(0, cut));
    ASSERT_EQ(head.has_value(), cut >= front.size()) << cut;
    if (!head) {
      EXPECT_EQ(head.error(), BindError::Incomplete);
      continue;
    }
    EXPECT_EQ(head->portal, "p1");
    EXPECT_EQ(head->statement, "s1");
  }
}

TEST(BindHead, RefusesNamesBeyondItsMaximum) {
  const std::string longest = z("p") + z(std::string(kBindHeadBytesMax - 3, 's'));
  ASSERT_EQ(longest.size(), kBindHeadBytesMax);
  EXPECT_TRUE(read_bind_head(longest + "rest"));
  const std::string too_long = z("p") + z(std::string(kBindHeadBytesMax - 2, 's'));
  ASSERT_FALSE(read_bind_head(too_long));
  EXPECT_EQ(read_bind_head(too_long).error(), BindError::TooLong);
  const std::string cut = too_long.substr(0, kBindHeadBytesMax - 1);
  EXPECT_EQ(read_bind_head(cut).error(), BindError::Incomplete);
}

// PostgreSQL's SocketBackend(); 'p' is the gateway's own: nobody sends more before he is known.
TEST(FrontendTypes, HaveTheServersLengthLimits) {
  const std::string large = "BFPQd", small = "CDEHSXcfp";
  for (int byte = 0; byte < 256; ++byte) {
    const char type = static_cast<char>(byte);
    std::uint32_t expected = 0;
    if (large.contains(type)) expected = kLargeLengthMax;
    if (small.contains(type)) expected = kSmallLengthMax;
    EXPECT_EQ(frontend::length_max(type), expected) << byte;
  }
}

}  // namespace
}  // namespace gateway::pgwire
