// SPDX-License-Identifier: Apache-2.0
#include "gateway/audit/mac.h"

#include <gtest/gtest.h>

namespace gateway::audit {
namespace {

std::string hmac(const std::string& key, std::string_view text) {
  auto mac = Mac::make(key).value();
  mac.begin();
  mac.add(text);
  return hex(mac.end().value());
}

// RFC 4231, test cases 2 and 6.
TEST(Mac, IsHmacSha256AlsoWithAKeyLongerThanABlock) {
  EXPECT_EQ(hmac("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace gateway::audit
