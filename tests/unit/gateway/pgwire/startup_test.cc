// SPDX-License-Identifier: Apache-2.0
#include "gateway/pgwire/startup.h"

#include <gtest/gtest.h>

#include "tests/unit/gateway/pgwire/bytes.h"

namespace gateway::pgwire {
namespace {

using wire::be32;
using wire::startup;
using wire::z;

constexpr std::uint32_t kSslCode = 80877103, kGssEncCode = 80877104, kCancelCode = 80877102;

StartupError error_of(const std::string& bytes) {
  const auto read = read_startup(bytes);
  EXPECT_FALSE(read.has_value());
  return read ? StartupError{} : read.error();
}

TEST(Startup, WaitsAtEveryCutAndLeavesWhatFollows) {
  const std::string packets[] = {startup(kSslCode, ""), startup(kGssEncCode, ""),
                                 startup(kCancelCode, be32(7) + be32(9)),
                                 startup(kProtocol30, z("user") + z("analyst") + '\0')};
  for (const std::string& packet : packets) {
    for (std::size_t cut = 0; cut < packet.size(); ++cut) {
      const auto read = read_startup(std::string_view(packet).substr(0, cut));
      ASSERT_TRUE(read.has_value()) << cut;
      EXPECT_FALSE(read->has_value()) << cut;
    }
    const auto read = read_startup(packet + "next");
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->bytes, packet.size());
  }
}

TEST(Startup, KeepsParametersInOrder) {
  const std::string body = z("user") + z("a") + z("options") + z("") + z("user") + z("b") + '\0';
  const std::string packet = startup(0x00030002, body);
  const auto read = read_startup(packet);
  ASSERT_TRUE(read && *read);
  const auto& message = std::get<StartupMessage>((*read)->packet);
  EXPECT_EQ(message.major, 3);
  EXPECT_EQ(message.minor, 2);
  using Pair = std::pair<std::string_view, std::string_view>;
  const std::vector<Pair> expected = {{"user", "a"}, {"options", ""}, {"user", "b"}};
  EXPECT_EQ(message.parameters, expected);
}

TEST(Startup, MayHaveNoParameters) {
  const std::string packet = startup(kProtocol30, std::string(1, '\0'));
  const auto read = read_startup(packet);
  ASSERT_TRUE(read && *read);
  EXPECT_TRUE(std::get<StartupMessage>((*read)->packet).parameters.empty());
}

TEST(Startup, RefusesLayoutsThatTheServerRefuses) {
  const std::string bodies[] = {
      "",                                          // no final NUL
      z("user"),                                   // a name without a value
      z("user") + z("a"),                          // no final NUL
      z("user") + "a",                             // a value without its NUL
      z("user") + z("a") + std::string("\0x", 2),  // bytes behind the end
      z("user") + z("a") + z("") + z(""),          // two ends
  };
  for (const std::string& body : bodies) {
    EXPECT_EQ(error_of(startup(kProtocol30, body)), StartupError::BadLayout);
  }
}

TEST(Startup, DecidesOnTheLengthAlone) {
  for (const std::uint32_t length :
       {0u, 3u, 4u, 7u, kStartupBytesMax + 1, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    EXPECT_EQ(error_of(be32(length)), StartupError::LengthOutOfRange) << length;
  }
}

// PostgreSQL counts MAX_STARTUP_PACKET_LENGTH (10000) without the length word.
TEST(Startup, TakesPacketsUpToTheServersMaximum) {
  const std::size_t value_bytes = kStartupBytesMax - 8 - 5 - 2;
  const auto packet = [](std::size_t bytes) {
    return startup(kProtocol30, z("user") + z(std::string(bytes, 'u')) + '\0');
  };
  EXPECT_EQ(packet(value_bytes).size(), 10'004u);
  EXPECT_TRUE(read_startup(packet(value_bytes)).has_value());
  EXPECT_EQ(error_of(packet(value_bytes + 1)), StartupError::LengthOutOfRange);
}

TEST(Startup, TakesCancelKeysOfFourTo256Bytes) {
  for (std::size_t bytes = 0; bytes <= kCancelKeyBytesMax + 1; ++bytes) {
    const std::string key(bytes, 'k');
    const std::string packet = startup(kCancelCode, be32(0xfffffffe) + key);
    const auto read = read_startup(packet);
    ASSERT_EQ(read.has_value(), bytes >= 4 && bytes <= kCancelKeyBytesMax) << bytes;
    if (!read) {
      EXPECT_EQ(read.error(), StartupError::BadCancelKey);
      continue;
    }
    const auto& request = std::get<CancelRequest>((*read)->packet);
    EXPECT_EQ(request.process_id, -2);
    EXPECT_EQ(request.key, key);
  }
  EXPECT_EQ(error_of(startup(kCancelCode, "")), StartupError::BadCancelKey);
}

TEST(Startup, RefusesEncryptionRequestsWithABody) {
  EXPECT_EQ(error_of(startup(kSslCode, "x")), StartupError::LengthOutOfRange);
  EXPECT_EQ(error_of(startup(kGssEncCode, "x")), StartupError::LengthOutOfRange);
}

TEST(Startup, TellsOnlyTheVersionOfAnUnknownProtocol) {
  const std::string packet = startup(0x00020000, "whatever");
  const auto read = read_startup(packet);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ(std::get<StartupMessage>((*read)->packet).major, 2);
}

// Nothing that differs in one byte from a good packet is misread silently or read out of bounds.
TEST(Startup, SurvivesEverySingleByteCorruption) {
  const std::string good = startup(kProtocol30, z("user") + z("a") + z("database") + z("d") + '\0');
  int refused = 0, waiting = 0, read_whole = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      const auto read = read_startup(bad);
      if (!read) {
        ++refused;
      } else if (!*read) {
        ++waiting;
      } else {
        ++read_whole;
        EXPECT_LE((*read)->bytes, bad.size());
      }
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(waiting, 0);
  EXPECT_GT(read_whole, 0);
}

}  // namespace
}  // namespace gateway::pgwire
