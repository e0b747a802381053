// SPDX-License-Identifier: Apache-2.0
// Texts that take long to judge: one at a time on a thread of its own, in the order in which their
// sessions asked, while the loop goes on serving the others. A session waits with one at most, so
// the queue is bounded by the clients.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "gateway/net/worker.h"
#include "gateway/session/session.h"

namespace gateway::relay {

class JudgingQueue {
 public:
  using InquiryRef = std::shared_ptr<const session::Inquiry>;
  // Of a relay: what its session waits for; null when it no longer does.
  using Ask = std::function<InquiryRef(std::uint64_t relay_id)>;
  // Of a relay that asked; it may be gone.
  using Tell = std::function<void(std::uint64_t relay_id, const InquiryRef& inquiry,
                                  const session::VerdictRef& verdict)>;

  JudgingQueue(net::Loop& loop, Ask ask, Tell tell);

  void join(std::uint64_t relay_id);

 private:
  void judge_next();

  Ask ask_;
  Tell tell_;
  std::deque<std::uint64_t> waiting_;
  bool is_judging_ = false;
  net::Worker worker_;  // last: its end waits for what it does
};

}  // namespace gateway::relay
