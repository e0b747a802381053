// SPDX-License-Identifier: Apache-2.0
// Verdicts kept by text. One per loop: not thread-safe, no locks.
// A keyed per-process hash only finds the bucket; the full text, the parameter types, the server's
// version and the profile (by value, with its epoch) are compared on every hit: a collision can
// never inherit an allow.
// Where all integer literals of an allowed text are inert (Verdict::inert_literals), their digits
// are left out of that comparison, but not their number: the verdict is then the one that judge()
// gives for the new text, offsets included. Only the form is kept of such a text (LiteralMask).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "policy/judge.h"

namespace policy {

struct CacheCounts {
  std::uint64_t hits = 0, misses = 0, evictions = 0;
};

class VerdictCache {
 public:
  // Verdicts in one bucket. Who could force more into one would make every lookup slow.
  static constexpr std::size_t kWays = 16;

  // `max_bytes` bounds texts and verdicts together; least recently used go first. A text that alone
  // is larger than a quarter of it is judged but not kept. `hash_key` should be random per process.
  VerdictCache(std::size_t max_bytes, std::uint64_t hash_key);
  ~VerdictCache();
  VerdictCache(const VerdictCache&) = delete;
  VerdictCache& operator=(const VerdictCache&) = delete;

  // judge(question), from the cache where an equal question was asked, or
  // one that differs in inert literals only. Never null.
  std::shared_ptr<const Verdict> judge(const Question& question);

  // Its two halves, for what is judged elsewhere. Null: not there, and counted as a miss.
  std::shared_ptr<const Verdict> find(const Question& question);
  void keep(const Question& question, std::shared_ptr<const Verdict> verdict);

  const CacheCounts& counts() const;
  std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace policy
