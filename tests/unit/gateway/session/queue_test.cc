// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace gateway::session {
namespace {

using Numbers = Queue<std::shared_ptr<int>>;

TEST(Queue, IsWhatADequeIs) {
  std::mt19937 random(7);
  Numbers queue;
  std::deque<std::shared_ptr<int>> model;
  for (int step = 0; step < 200'000; ++step) {
    // Grows to some hundreds, and is emptied now and then.
    const auto choice = random() % 100;
    const bool grows = (step / 1000) % 2 == 0;
    if (choice < (grows ? 60 : 30) || model.empty()) {
      model.push_back(std::make_shared<int>(step));
      queue.push_back(model.back());
    } else if (choice < 95) {
      model.pop_front();
      queue.pop_front();
    } else {
      model.pop_back();
      queue.pop_back();
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.empty(), model.empty());
    if (model.empty()) continue;
    ASSERT_EQ(queue.front(), model.front());
    ASSERT_EQ(queue.back(), model.back());
    const std::size_t some = random() % model.size();
    ASSERT_EQ(queue[some], model[some]);
  }
}

TEST(Queue, LetsGoOfWhatLeavesIt) {
  Numbers queue;
  const auto first = std::make_shared<int>(1), last = std::make_shared<int>(2);
  queue.push_back(first);
  queue.push_back(last);
  queue.pop_front();
  queue.pop_back();
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(last.use_count(), 1);
}

TEST(Queue, KeepsReferencesWhileOthersComeAndGo) {
  Queue<int> queue;
  queue.push_back(1);
  queue.push_back(2);
  const int& second = queue.back();
  queue.pop_front();
  for (int i = 0; i < 1000; ++i) queue.push_back(i);
  EXPECT_EQ(second, 2);
  EXPECT_EQ(&second, &queue.front());
}

}  // namespace
}  // namespace gateway::session
