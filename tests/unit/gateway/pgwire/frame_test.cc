// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/frame.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::pgwire {
namespace {

TEST(Frame, WaitsAtEveryCutOfItsHeader) {
  const std::string bytes = wire::frame('Q', wire::z("SELECT 1"));
  for (std::size_t cut = 0; cut < kHeaderBytes; ++cut) {
    const auto header = read_header(std::string_view(bytes).substr(0, cut));
    ASSERT_TRUE(header.has_value()) << cut;
    EXPECT_FALSE(header->has_value()) << cut;
  }
}

TEST(Frame, NeedsNothingOfItsBody) {
  const std::string bytes = wire::frame('Q', wire::z("SELECT 1"));
  for (std::size_t cut = kHeaderBytes; cut <= bytes.size(); ++cut) {
    const auto header = read_header(std::string_view(bytes).substr(0, cut));
    ASSERT_TRUE(header && *header) << cut;
    EXPECT_EQ((*header)->type, 'Q');
    EXPECT_EQ((*header)->body_bytes, 9u);
    EXPECT_EQ((*header)->frame_bytes(), bytes.size());
  }
}

TEST(Frame, TakesLengthsFromFourToTheLimit) {
  struct Case {
    std::uint32_t length, limit;
    bool legal;
    FrameError error;
  };
  constexpr auto kSmall = FrameError::LengthTooSmall;
  constexpr auto kLarge = FrameError::LengthTooLarge;
  constexpr Case kCases[] = {
      {0, kLargeLengthMax, false, kSmall},
      {3, kLargeLengthMax, false, kSmall},
      {4, kLargeLengthMax, true, {}},
      {5, kLargeLengthMax, true, {}},
      {kSmallLengthMax, kSmallLengthMax, true, {}},
      {kSmallLengthMax + 1, kSmallLengthMax, false, kLarge},
      {kLargeLengthMax, kLargeLengthMax, true, {}},
      {kLargeLengthMax + 1, kLargeLengthMax, false, kLarge},
      {0x7fffffffu, kLargeLengthMax, false, kLarge},
      {0x80000000u, kLargeLengthMax, false, kLarge},
      {0xffffffffu, kLargeLengthMax, false, kLarge},
      {4, 0, false, kLarge},  // a type without a legal length
  };
  for (const Case& c : kCases) {
    const auto header = read_header('Q' + wire::be32(c.length), c.limit);
    ASSERT_EQ(header.has_value(), c.legal) << c.length;
    if (c.legal) {
      ASSERT_TRUE(header->has_value());
      EXPECT_EQ((*header)->body_bytes, c.length - 4);
    } else {
      EXPECT_EQ(header.error(), c.error) << c.length;
    }
  }
}

TEST(Frame, KeepsEveryTypeByte) {
  for (int type = 0; type < 256; ++type) {
    const auto header = read_header(wire::frame(static_cast<char>(type), ""));
    ASSERT_TRUE(header && *header);
    EXPECT_EQ((*header)->type, static_cast<char>(type));
  }
}

TEST(Frame, ReadsBigEndianAtAnyAlignment) {
  const std::string bytes = std::string("\x00\x01\x02\x83\x04\x05\xff", 7);
  EXPECT_EQ(read_uint16(bytes.data() + 1), 0x0102u);
  EXPECT_EQ(read_uint32(bytes.data() + 1), 0x01028304u);
  EXPECT_EQ(read_uint32(bytes.data() + 3), 0x830405ffu);
}

}  // namespace
}  // namespace gateway::pgwire
