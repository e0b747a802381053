// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/digest.h"

#include <gtest/gtest.h>

namespace gateway::audit {
namespace {

// FIPS 180-2, appendix B, and the well-known digest of nothing.
TEST(Digest, GivesThePublishedValuesAgainAndAgain) {
  auto digest = Digest::make();
  ASSERT_TRUE(digest.has_value()) << digest.error();
  for (int round = 0; round < 3; ++round) {
    std::string abc = "=", nothing;
    EXPECT_TRUE(digest->append_hex(abc, "abc"));
    EXPECT_TRUE(digest->append_hex(nothing, ""));
    EXPECT_EQ(abc, "=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(nothing, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }
}

}  // namespace
}  // namespace gateway::audit
