// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/accounts.h"

#include <algorithm>

namespace gateway::relay {

std::shared_ptr<Account> Accounts::open(const std::string& database, const std::string& user,
                                        MinuteCount::TimePoint now) {
  const auto found = accounts_.find({database, user});
  if (found != accounts_.end()) return found->second;
  if (accounts_.size() >= look_at_) drop_idle(now);
  if (accounts_.size() >= kAccountsMax) return nullptr;
  return accounts_.emplace(std::pair{database, user}, std::make_shared<Account>()).first->second;
}

// Twice as many as are left may come before the next look, so that opening stays cheap.
void Accounts::drop_idle(MinuteCount::TimePoint now) {
  std::erase_if(accounts_, [now](const auto& entry) {
    return entry.second.use_count() == 1 && entry.second->started.at(now) == 0;
  });
  look_at_ = std::clamp<std::size_t>(2 * accounts_.size(), 64, kAccountsMax);
}

Accounts::Use Accounts::sum(MinuteCount::TimePoint now) {
  Use use;
  for (const auto& [name, account] : accounts_) {
    use.started += account->started.at(now);
    use.running += account->running;
  }
  return use;
}

}  // namespace gateway::relay
