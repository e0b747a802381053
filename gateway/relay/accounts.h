// SPDX-License-Identifier: Apache-2.0
// What each user does on each database, over all of its sessions that have a limit: statements
// started within a minute, sessions that run something. Knows no limit, and no clock.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "gateway/relay/minute_count.h"

namespace gateway::relay {

struct Account {
  MinuteCount started;
  std::size_t running = 0;  // sessions
};

// Users who did something within a minute, or run something.
inline constexpr std::size_t kAccountsMax = 100'000;

class Accounts {
 public:
  // The same one for as long as somebody holds it or its minute is not over. Null: there are
  // kAccountsMax.
  std::shared_ptr<Account> open(const std::string& database, const std::string& user,
                                MinuteCount::TimePoint now);

  struct Use {
    std::size_t started = 0, running = 0;
  };
  Use sum(MinuteCount::TimePoint now);  // of all, for the metrics
  std::size_t size() const { return accounts_.size(); }

 private:
  void drop_idle(MinuteCount::TimePoint now);

  std::map<std::pair<std::string, std::string>, std::shared_ptr<Account>> accounts_;
  std::size_t look_at_ = 64;  // how many there are when the idle ones are dropped next
};

}  // namespace gateway::relay
