// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/judging_queue.h"

#include <utility>

namespace gateway::relay {

JudgingQueue::JudgingQueue(net::Loop& loop, Ask ask, Tell tell)
    : ask_(std::move(ask)), tell_(std::move(tell)), worker_(loop) {}

void JudgingQueue::join(std::uint64_t relay_id) {
  waiting_.push_back(relay_id);
  if (!is_judging_) judge_next();
}

void JudgingQueue::judge_next() {
  is_judging_ = false;
  while (!is_judging_ && !waiting_.empty()) {
    const std::uint64_t relay_id = waiting_.front();
    waiting_.pop_front();
    InquiryRef inquiry = ask_(relay_id);
    if (!inquiry) {
      tell_(relay_id, nullptr, nullptr);
      continue;
    }
    is_judging_ = true;
    auto verdict = std::make_shared<session::VerdictRef>();
    worker_.submit(
        [inquiry, verdict] {
          *verdict = std::make_shared<const policy::Verdict>(policy::judge(inquiry->question()));
        },
        [this, relay_id, inquiry, verdict] {
          tell_(relay_id, inquiry, *verdict);
          judge_next();
        });
  }
}

}  // namespace gateway::relay
