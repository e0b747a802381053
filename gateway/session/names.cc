// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/names.h"

#include <iterator>
#include <utility>

namespace gateway::session {
namespace {

const policy::Effect kNoEffect;  // of what PREPARE and DECLARE can hold

}  // namespace

std::string_view name_key(std::string_view name) { return name.substr(0, kNameBytesMax); }

bool keeps_text(const policy::Effect& effect) {
  return effect.kind == policy::Effect::Kind::Prepare ||
         effect.kind == policy::Effect::Kind::Declare;
}

const policy::StatementVerdict* Prepared::judged() const {
  if (!verdict || statement >= verdict->statements.size()) return nullptr;
  return &verdict->statements[statement];
}

const policy::Effect& Prepared::effect() const {
  const policy::StatementVerdict* verdict_on = judged();
  return verdict_on == nullptr || is_contained ? kNoEffect : verdict_on->effect;
}

Names::Lookup Names::look_up(std::string_view name, std::uint64_t unit) const {
  const std::string_view key = name_key(name);
  for (std::size_t i = pending_.size(); i-- > 0;) {
    const Change& change = pending_[i];
    if (!covers(change, key)) continue;
    if (change.unit != unit) return {Belief::Unsettled, nullptr};
    if (change.when == When::Failure) continue;  // nothing later in its unit runs where it holds
    return {change.prepared ? Belief::Known : Belief::Absent, change.prepared};
  }
  const auto found = settled_.find(key);
  if (found == settled_.end()) return {Belief::Absent, nullptr};
  return {Belief::Known, found->second.prepared};
}

bool Names::covers(const Change& change, std::string_view key) {
  if (change.all) return !change.named_only || !key.empty();
  return change.name == key;
}

void Names::predict(Change change) {
  if (change.prepared) bytes_ += change.prepared->sql.size();
  pending_.push_back(std::move(change));
}

void Names::withdraw(std::uint64_t seq) {
  while (!pending_.empty() && pending_.back().seq == seq) {
    if (pending_.back().prepared) bytes_ -= pending_.back().prepared->sql.size();
    pending_.pop_back();
  }
}

void Names::pop_front() {
  if (pending_.front().prepared) bytes_ -= pending_.front().prepared->sql.size();
  pending_.pop_front();
}

void Names::succeeded(std::uint64_t seq, std::size_t part) {
  while (!pending_.empty() && pending_.front().seq == seq && pending_.front().part <= part) {
    if (pending_.front().when != When::Failure) apply(pending_.front());
    pop_front();
  }
}

void Names::failed(std::uint64_t seq) {
  while (!pending_.empty() && pending_.front().seq == seq) {
    if (pending_.front().when != When::Success) apply(pending_.front());
    pop_front();
  }
}

void Names::skipped(std::uint64_t seq) {
  while (!pending_.empty() && pending_.front().seq == seq) pop_front();
}

void Names::doubt_fresh() {
  for (auto& [name, settled] : settled_) {
    if (settled.age == Age::Fresh) settled.age = Age::Doubtful;
  }
}

void Names::end_transaction() {
  for (auto at = settled_.begin(); at != settled_.end();) {
    const auto next = std::next(at);
    if (!at->second.holdable || at->second.age == Age::Doubtful) {
      erase(at);
    } else {
      at->second.age = Age::Lasting;
    }
    at = next;
  }
}

void Names::commit() {
  for (auto& [name, settled] : settled_) settled.age = Age::Fresh;
  end_transaction();
}

void Names::release_verdicts() {
  for (auto& [name, settled] : settled_) settled.prepared->verdict.reset();
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (const auto& prepared = pending_[i].prepared) prepared->verdict.reset();
  }
}

void Names::apply(const Change& change) {
  if (change.all) {
    for (auto at = settled_.begin(); at != settled_.end();) {
      const auto next = std::next(at);
      if (covers(change, at->first)) erase(at);
      at = next;
    }
    return;
  }
  erase_now(change.name);
  if (!change.prepared) return;
  bytes_ += change.prepared->sql.size();
  if (!spare_) {
    settled_.emplace(change.name, Settled{change.prepared, change.holdable});
    return;
  }
  spare_.key() = change.name;
  spare_.mapped() = {change.prepared, change.holdable};
  settled_.insert(std::move(spare_));
}

void Names::erase_now(std::string_view key) {
  const auto found = settled_.find(key);
  if (found != settled_.end()) erase(found);
}

void Names::erase(Map::iterator at) {
  bytes_ -= at->second.prepared->sql.size();
  spare_ = settled_.extract(at);
  spare_.mapped().prepared.reset();
}

}  // namespace gateway::session
