// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/plan_cache.h"

#include <utility>

namespace gateway::session {
namespace {

std::size_t bytes_of(const policy::PlanVerdict& plan) {
  std::size_t bytes = sizeof plan;
  for (const auto* each : {&plan.violations, &plan.warnings}) {
    for (const policy::Violation& violation : *each) {
      bytes += sizeof violation + violation.resource.size() + violation.message.size() +
               violation.hint.size();
    }
  }
  return bytes;
}

}  // namespace

PlanRef PlanCache::find(const ProfileRef& profile, std::string_view key, TimePoint now) {
  const auto found = look_up(profile.get(), key);
  if (found == index_.end() || now - found->second->found_at >= profile->plan->cache_ttl) {
    if (found != index_.end()) erase(found);
    ++counts_.misses;
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  ++counts_.hits;
  return found->second->plan;
}

void PlanCache::keep(const ProfileRef& profile, std::string_view key, PlanRef plan, TimePoint now) {
  const std::size_t bytes = key.size() + sizeof(Entry) + bytes_of(*plan);
  const std::size_t entries_max = profile->plan->cache_entries_max;
  if (bytes > bytes_max_ / 8 || entries_max == 0) return;
  if (const auto older = look_up(profile.get(), key); older != index_.end()) erase(older);
  while (!entries_.empty() && (entries_.size() >= entries_max || bytes_ + bytes > bytes_max_)) {
    erase(look_up(entries_.back().address, entries_.back().key));
  }
  Entry entry;
  entry.key = key;
  entry.profile = profile;
  entry.address = profile.get();
  entry.plan = std::move(plan);
  entry.found_at = now;
  entry.bytes = bytes;
  entries_.push_front(std::move(entry));
  index_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
}

PlanCache::Index::iterator PlanCache::look_up(const policy::Profile* profile,
                                              std::string_view key) {
  auto [each, last] = index_.equal_range(key);
  while (each != last && each->second->address != profile) ++each;
  return each == last ? index_.end() : each;
}

void PlanCache::erase(Index::iterator at) {
  const Entries::iterator entry = at->second;
  index_.erase(at);
  bytes_ -= entry->bytes;
  entries_.erase(entry);
}

}  // namespace gateway::session
