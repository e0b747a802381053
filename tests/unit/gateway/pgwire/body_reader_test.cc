// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/body_reader.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::pgwire {
namespace {

TEST(BodyReader, ReadsEachFieldInOrder) {
  const std::string body = "a" + wire::be16(0x8001) + wire::be32(0xfffffffe) +
                           wire::be32(0xdeadbeef) + wire::z("name") + "rest";
  BodyReader reader(body);
  EXPECT_EQ(reader.byte(), 'a');
  EXPECT_EQ(reader.int16(), -32767);
  EXPECT_EQ(reader.int32(), -2);
  EXPECT_EQ(reader.uint32(), 0xdeadbeefu);
  EXPECT_EQ(reader.cstring(), "name");
  EXPECT_FALSE(reader.at_end());
  EXPECT_EQ(reader.bytes(4), "rest");
  EXPECT_TRUE(reader.at_end());
}

// Every field, one byte short: zero or empty, and never ok again.
TEST(BodyReader, FailsForGoodPastTheEnd) {
  const auto fails = [](std::string_view body, auto read) {
    BodyReader reader(body);
    EXPECT_EQ(read(reader), decltype(read(reader)){});
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.at_end());
    EXPECT_TRUE(reader.rest().empty());
    EXPECT_EQ(reader.bytes(0), "");
    EXPECT_EQ(reader.cstring(), "");
    EXPECT_FALSE(reader.ok());
  };
  fails("", [](BodyReader& r) { return r.byte(); });
  fails("a", [](BodyReader& r) { return r.int16(); });
  fails("abc", [](BodyReader& r) { return r.int32(); });
  fails("abc", [](BodyReader& r) { return r.uint32(); });
  fails("abc", [](BodyReader& r) { return r.cstring(); });
  fails("abc", [](BodyReader& r) { return r.bytes(4); });
  fails("abc", [](BodyReader& r) { return r.bytes(static_cast<std::size_t>(-1)); });
}

TEST(BodyReader, TakesEmptyStringsAndNoBytes) {
  BodyReader reader(std::string_view("\0", 1));
  EXPECT_EQ(reader.cstring(), "");
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.bytes(0), "");
  EXPECT_TRUE(reader.at_end());
}

}  // namespace
}  // namespace gateway::pgwire
