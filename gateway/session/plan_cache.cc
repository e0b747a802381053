// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/plan_cache.h"

#include <iterator>
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
    if (found != index_.end()) erase(found->second);
    ++counts_.misses;
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  Own& own = own_.at(profile.get());
  own.splice(own.begin(), own, found->second->own);
  ++counts_.hits;
  return found->second->plan;
}

void PlanCache::keep(const ProfileRef& profile, std::string_view key, PlanRef plan, TimePoint now) {
  const std::size_t bytes = key.size() + sizeof(Entry) + bytes_of(*plan);
  const std::size_t entries_max = profile->plan->cache_entries_max;
  if (bytes > bytes_max_ / 8 || entries_max == 0) return;
  if (const auto older = look_up(profile.get(), key); older != index_.end()) erase(older->second);
  const auto mine = own_.find(profile.get());
  if (mine != own_.end() && mine->second.size() >= entries_max) erase(mine->second.back());
  while (!entries_.empty() && bytes_ + bytes > bytes_max_) erase(std::prev(entries_.end()));
  Entry entry;
  entry.key = key;
  entry.profile = profile;
  entry.address = profile.get();
  entry.plan = std::move(plan);
  entry.found_at = now;
  entry.bytes = bytes;
  entries_.push_front(std::move(entry));
  Own& own = own_[profile.get()];
  own.push_front(entries_.begin());
  entries_.front().own = own.begin();
  index_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
}

PlanCache::Index::iterator PlanCache::look_up(const policy::Profile* profile,
                                              std::string_view key) {
  auto [each, last] = index_.equal_range(key);
  while (each != last && each->second->address != profile) ++each;
  return each == last ? index_.end() : each;
}

void PlanCache::erase(Entries::iterator entry) {
  index_.erase(look_up(entry->address, entry->key));
  const auto own = own_.find(entry->address);
  own->second.erase(entry->own);
  if (own->second.empty()) own_.erase(own);
  bytes_ -= entry->bytes;
  entries_.erase(entry);
}

}  // namespace gateway::session
