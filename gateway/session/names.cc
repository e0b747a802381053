// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/names.h"

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
  const Found found = find(name, unit);
  return {found.belief, found.prepared == nullptr ? nullptr : *found.prepared};
}

Names::Found Names::find(std::string_view name, std::uint64_t unit) const {
  const std::string_view key = name_key(name);
  for (std::size_t i = pending_.size(); i-- > 0;) {
    const Change& change = pending_[i];
    if (!covers(change, key)) continue;
    if (change.unit != unit) return {Belief::Unsettled, nullptr};
    if (change.when == When::Failure) continue;  // nothing later in its unit runs where it holds
    if (!change.prepared) return {Belief::Absent, nullptr};
    return {Belief::Known, &change.prepared};
  }
  const Settled* settled = find_settled(key);
  if (settled == nullptr) return {Belief::Absent, nullptr};
  return {Belief::Known, &settled->prepared};
}

const Names::Settled* Names::find_settled(std::string_view key) const {
  if (key.empty()) return unnamed_ ? &*unnamed_ : nullptr;
  const auto found = settled_.find(key);
  return found == settled_.end() ? nullptr : &found->second;
}

bool Names::covers(const Change& change, std::string_view key) {
  if (change.all) return !change.named_only || !key.empty();
  return change.name == key;
}

// Erases one name that is not there, and that nothing unsettled may bring.
bool Names::changes_nothing(const Change& change) const {
  return !change.all && !change.prepared && pending_.empty() &&
         find_settled(change.name) == nullptr;
}

void Names::predict(Change&& change) {
  if (changes_nothing(change)) return;
  if (change.prepared) bytes_ += change.prepared->sql.size();
  pending_.emplace_back(std::move(change));
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

template <typename Visit>
void Names::for_each_settled(Visit&& visit) {
  if (unnamed_) visit(*unnamed_);
  for (auto& [name, settled] : settled_) visit(settled);
}

template <typename Stays>
void Names::erase_unless(Stays&& stays) {
  if (unnamed_ && !stays(std::string_view{}, *unnamed_)) erase({});
  for (auto at = settled_.begin(); at != settled_.end();) {
    if (stays(at->first, at->second)) {
      ++at;
    } else {
      bytes_ -= at->second.prepared->sql.size();
      at = settled_.erase(at);
    }
  }
}

void Names::doubt_fresh() {
  for_each_settled([](Settled& settled) {
    if (settled.age == Age::Fresh) settled.age = Age::Doubtful;
  });
}

void Names::end_transaction() {
  erase_unless([](std::string_view, Settled& settled) {
    if (!settled.holdable || settled.age == Age::Doubtful) return false;
    settled.age = Age::Lasting;
    return true;
  });
}

void Names::commit() {
  for_each_settled([](Settled& settled) { settled.age = Age::Fresh; });
  end_transaction();
}

void Names::release_verdicts() {
  for_each_settled([](Settled& settled) { settled.prepared->verdict.reset(); });
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (const auto& prepared = pending_[i].prepared) prepared->verdict.reset();
  }
}

// What it holds is taken out of it.
void Names::apply(Change& change) {
  if (change.all) {
    return erase_unless(
        [&](std::string_view name, const Settled&) { return !covers(change, name); });
  }
  erase(change.name);
  if (!change.prepared) return;
  Settled settled{.prepared = std::move(change.prepared), .holdable = change.holdable};
  if (change.name.empty()) {
    unnamed_ = std::move(settled);
  } else {
    settled_.emplace(std::move(change.name), std::move(settled));
  }
}

void Names::erase(std::string_view key) {
  const Settled* settled = find_settled(key);
  if (settled == nullptr) return;
  bytes_ -= settled->prepared->sql.size();
  if (key.empty()) {
    unnamed_.reset();
  } else {
    settled_.erase(settled_.find(key));
  }
}

}  // namespace gateway::session
