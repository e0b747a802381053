// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/names.h"

#include <iterator>
#include <ranges>
#include <utility>

namespace gateway::session {

std::string_view name_key(std::string_view name) { return name.substr(0, kNameBytesMax); }

const policy::StatementVerdict* Prepared::judged() const {
  if (!verdict || statement >= verdict->statements.size()) return nullptr;
  return &verdict->statements[statement];
}

Names::Lookup Names::look_up(std::string_view name, std::uint64_t unit) const {
  const std::string_view key = name_key(name);
  for (const Change& change : std::views::reverse(pending_)) {
    if (!change.all && change.name != key) continue;
    if (change.unit != unit) return {Belief::Unsettled, nullptr};
    if (change.when == When::Failure) continue;  // nothing later in its unit runs where it holds
    return {change.prepared ? Belief::Known : Belief::Absent, change.prepared};
  }
  const auto found = settled_.find(key);
  if (found == settled_.end()) return {Belief::Absent, nullptr};
  return {Belief::Known, found->second.prepared};
}

void Names::predict(Change change) { pending_.push_back(std::move(change)); }

void Names::withdraw(std::uint64_t seq) {
  while (!pending_.empty() && pending_.back().seq == seq) pending_.pop_back();
}

void Names::succeeded(std::uint64_t seq, std::size_t part) {
  while (!pending_.empty() && pending_.front().seq == seq && pending_.front().part <= part) {
    if (pending_.front().when != When::Failure) apply(pending_.front());
    pending_.pop_front();
  }
}

void Names::failed(std::uint64_t seq) {
  while (!pending_.empty() && pending_.front().seq == seq) {
    if (pending_.front().when != When::Success) apply(pending_.front());
    pending_.pop_front();
  }
}

void Names::skipped(std::uint64_t seq) {
  while (!pending_.empty() && pending_.front().seq == seq) pending_.pop_front();
}

void Names::erase_now(std::string_view name) {
  const auto found = settled_.find(name_key(name));
  if (found != settled_.end()) erase(found);
}

void Names::erase_unless_holdable() {
  for (auto at = settled_.begin(); at != settled_.end();) {
    const auto next = std::next(at);
    if (!at->second.holdable) erase(at);
    at = next;
  }
}

void Names::apply(const Change& change) {
  if (change.all) {
    settled_.clear();
    bytes_ = 0;
    return;
  }
  erase_now(change.name);
  if (!change.prepared) return;
  bytes_ += change.prepared->sql.size();
  settled_.insert_or_assign(change.name, Settled{change.prepared, change.holdable});
}

void Names::erase(std::unordered_map<std::string, Settled, Hash, std::equal_to<>>::iterator at) {
  bytes_ -= at->second.prepared->sql.size();
  settled_.erase(at);
}

}  // namespace gateway::session
