// SPDX-License-Identifier: Apache-2.0
#include "gateway/net/write_queue.h"

#include <gtest/gtest.h>

namespace gateway::net {
namespace {

TEST(WriteQueue, KeepsOrderAcrossPartialConsumption) {
  WriteQueue queue;
  std::string expected, seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 97), static_cast<char>('a' + i % 26));
    queue.append(piece);
    expected += piece;
    const std::size_t taken = std::min<std::size_t>(queue.size(), static_cast<std::size_t>(i % 61));
    seen += queue.front().substr(0, taken);
    queue.consume(taken);
  }
  seen += queue.front();
  EXPECT_EQ(seen, expected);
}

TEST(WriteQueue, GivesMemoryBackAfterALargeMessage) {
  WriteQueue queue;
  queue.append(std::string(100'000'000, 'x'));
  queue.consume(100'000'000);
  EXPECT_TRUE(queue.empty());
  EXPECT_LE(queue.capacity(), WriteQueue::kKeptBytes);
}

TEST(WriteQueue, GivesMemoryBackEvenWhenItNeverRunsEmpty) {
  WriteQueue queue;
  queue.append(std::string(8'000'000, 'x'));
  queue.append("tail");
  queue.consume(8'000'000);
  EXPECT_EQ(queue.front(), "tail");
  EXPECT_LE(queue.capacity(), WriteQueue::kKeptBytes);
}

TEST(WriteQueue, StaysBoundedWhenItIsNeverEmpty) {
  WriteQueue queue;
  queue.append("0123456789");
  for (int i = 0; i < 100'000; ++i) {
    queue.append("0123456789");
    queue.consume(10);
  }
  EXPECT_EQ(queue.size(), 10U);
  EXPECT_LE(queue.capacity(), 256U);
}

}  // namespace
}  // namespace gateway::net
