// SPDX-License-Identifier: Apache-2.0
// What plans were found to be, for as long as they are believed. One per loop: not thread-safe, no
// locks. A key is compared in full, and holds for one profile only: another one has other limits,
// another catalog or another server.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "policy/keyed_hash.h"
#include "policy/plan/judge_plan.h"

namespace gateway::session {

using PlanRef = std::shared_ptr<const policy::PlanVerdict>;

struct PlanCacheCounts {
  std::uint64_t hits = 0, misses = 0;
};

class PlanCache {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using ProfileRef = std::shared_ptr<const policy::Profile>;  // with `plan` set

  // Bounds keys and verdicts together. A key that alone is larger than an eighth of it is not kept.
  // `hash_key` should be random per process.
  explicit PlanCache(std::uint64_t hash_key, std::size_t bytes_max = kBytesMax)
      : bytes_max_(bytes_max), index_(0, Hash{hash_key}) {}

  // Null: not there, or older than the profile's cache_ttl.
  PlanRef find(const ProfileRef& profile, std::string_view key, TimePoint now);
  // Least recently used ones go: the profile's own where it has more than its cache_entries_max,
  // anybody's where they take too many bytes.
  void keep(const ProfileRef& profile, std::string_view key, PlanRef plan, TimePoint now);

  const PlanCacheCounts& counts() const { return counts_; }
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kBytesMax = 16u << 20;
  struct Entry {
    std::string key;
    // Holds no catalog; its block stays, so that no other profile comes to the same address.
    std::weak_ptr<const policy::Profile> profile;
    const policy::Profile* address = nullptr;
    PlanRef plan;
    TimePoint found_at;
    std::size_t bytes = 0;
    std::list<std::list<Entry>::iterator>::iterator own;  // in its profile's
  };
  using Entries = std::list<Entry>;          // the most recently used one in front
  using Own = std::list<Entries::iterator>;  // of one profile, in the same order
  struct Hash {
    std::uint64_t key;
    std::size_t operator()(std::string_view text) const { return policy::keyed_hash(key, text); }
  };
  // Keys borrowed of the entries.
  using Index = std::unordered_multimap<std::string_view, Entries::iterator, Hash>;
  Index::iterator look_up(const policy::Profile* profile, std::string_view key);
  void erase(Entries::iterator entry);

  std::size_t bytes_max_, bytes_ = 0;
  Entries entries_;
  std::unordered_map<const policy::Profile*, Own> own_;
  Index index_;
  PlanCacheCounts counts_;
};

}  // namespace gateway::session
