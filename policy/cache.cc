// SPDX-License-Identifier: Apache-2.0
#include "policy/cache.h"

#include <algorithm>
#include <array>
#include <bit>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "policy/facts.h"
#include "policy/keyed_hash.h"
#include "policy/literal_mask.h"

namespace policy {
namespace {

// Guess of what a statement and its verdict take, to size the table.
constexpr std::size_t kTypicalBytes = 1024;
constexpr std::size_t kProfilesMax = 64;

enum class Spelling : std::uint8_t {
  Exact,
  Form,  // of texts that differ in inert literals
};

// What an entry is found by, with the rest of its question.
struct Key {
  std::string_view text;
  Spelling spelling = Spelling::Exact;
  std::uint64_t hash = 0;
};

struct Entry {
  std::uint64_t hash = 0;
  Spelling spelling = Spelling::Exact;
  std::string text;
  std::vector<std::uint32_t> parameter_types;
  std::shared_ptr<const Profile> profile;
  int server_major = 0;
  std::shared_ptr<const Verdict> verdict;
  std::size_t bytes = 0;

  bool answers(const Key& key, const Question& question) const {
    return hash == key.hash && spelling == key.spelling && text == key.text &&
           server_major == question.server_major && *profile == question.profile &&
           std::ranges::equal(parameter_types, question.parameter_types);
  }
};

using Entries = std::list<Entry>;  // most recently used first
using Bucket = std::vector<Entries::iterator>;

std::size_t bytes_of(const Violation& violation) {
  return sizeof(violation) + violation.resource.size() + violation.rule.size() +
         violation.message.size() + violation.hint.size();
}

template <typename Item>
std::size_t bytes_of(const std::vector<Item>& items) {
  return items.capacity() * sizeof(Item);
}

// An allowed verdict keeps what its statements do, which takes more than its text.
std::size_t bytes_of(const Facts& facts) {
  std::size_t bytes = sizeof(facts) + bytes_of(facts.relations) + bytes_of(facts.calls) +
                      bytes_of(facts.outputs) + bytes_of(facts.filters) +
                      bytes_of(facts.named_relations) + bytes_of(facts.settings_read);
  for (const auto& use : facts.relations) bytes += bytes_of(use.columns);
  for (const auto& call : facts.calls) {
    bytes += call.name.capacity() + call.candidates.capacity() * sizeof(void*);
  }
  for (const auto& output : facts.outputs) {
    bytes += output.name.capacity() + bytes_of(output.sources);
  }
  return bytes;
}

std::size_t bytes_of(const Verdict& verdict) {
  std::size_t bytes = sizeof(verdict) + verdict.rewritten.size() +
                      verdict.replacements.size() * sizeof(Replacement);
  for (const auto& violation : verdict.unreadable) bytes += bytes_of(violation);
  for (const auto& statement : verdict.statements) {
    bytes += sizeof(statement) + statement.effect.name.size();
    if (statement.facts != nullptr) bytes += bytes_of(*statement.facts);
    for (const auto& violation : statement.violations) bytes += bytes_of(violation);
    for (const auto& violation : statement.warnings) bytes += bytes_of(violation);
  }
  return bytes;
}

std::size_t bytes_of(const Question& question, const Verdict& verdict) {
  return sizeof(Entry) + question.sql.size() +
         question.parameter_types.size() * sizeof(std::uint32_t) + bytes_of(verdict);
}

// A refusal for want of memory says nothing about the text.
bool is_lasting(const Verdict& verdict) {
  const Violation* refusal = verdict.refusal();
  return refusal == nullptr || refusal->code != ErrorCode::InternalError;
}

}  // namespace

struct VerdictCache::State {
  std::size_t max_bytes;
  std::uint64_t hash_key;
  std::size_t bytes = 0;
  CacheCounts counts{};
  Entries entries{};
  std::vector<Bucket> buckets{};
  std::vector<std::shared_ptr<const Profile>> profiles{};
  LiteralMask mask{};

  Key key_of(std::string_view text, Spelling spelling) const {
    return {.text = text, .spelling = spelling, .hash = keyed_hash(hash_key, text)};
  }
  Bucket& bucket(std::uint64_t hash) { return buckets[hash & (buckets.size() - 1)]; }

  std::shared_ptr<const Verdict> find(const Question& question) {
    if (const auto form = mask.form_of(question.sql)) {
      if (auto known = find(key_of(*form, Spelling::Form), question)) return known;
    }
    return find(key_of(question.sql, Spelling::Exact), question);
  }

  std::shared_ptr<const Verdict> find(const Key& key, const Question& question) {
    for (const auto& at : bucket(key.hash)) {
      if (!at->answers(key, question)) continue;
      entries.splice(entries.begin(), entries, at);
      return at->verdict;
    }
    return nullptr;
  }

  void evict(Entries::iterator victim) {
    std::erase(bucket(victim->hash), victim);
    bytes -= victim->bytes;
    entries.erase(victim);
    ++counts.evictions;
  }

  // A cache sees few profiles: one copy each, shared by the entries.
  std::shared_ptr<const Profile> keep_profile(const Profile& profile) {
    for (const auto& known : profiles) {
      if (*known == profile) return known;
    }
    if (profiles.size() >= kProfilesMax) {
      std::erase_if(profiles, [](const auto& known) { return known.use_count() == 1; });
    }
    auto kept = std::make_shared<const Profile>(profile);
    if (profiles.size() < kProfilesMax) profiles.push_back(kept);
    return kept;
  }

  // The front of a bucket came first.
  void make_room(std::uint64_t hash, std::size_t wanted) {
    if (bucket(hash).size() >= kWays) evict(bucket(hash).front());
    while (bytes + wanted > max_bytes && !entries.empty()) evict(std::prev(entries.end()));
  }

  // An exact entry for each text of a form would push everything else out.
  Key key_to_keep(const Question& question, const Verdict& verdict) {
    if (!verdict.inert_literals.empty()) {
      const auto form = mask.form_of(question.sql);
      if (form && verdict.inert_literals.cover(mask.literals())) {
        return key_of(*form, Spelling::Form);
      }
    }
    return key_of(question.sql, Spelling::Exact);
  }

  void keep(const Question& question, std::shared_ptr<const Verdict> verdict) {
    const std::size_t wanted = bytes_of(question, *verdict);
    if (wanted > max_bytes / 4 || !is_lasting(*verdict)) return;
    const Key key = key_to_keep(question, *verdict);
    make_room(key.hash, wanted);
    entries.push_front(
        Entry{.hash = key.hash,
              .spelling = key.spelling,
              .text = std::string(key.text),
              .parameter_types = {question.parameter_types.begin(), question.parameter_types.end()},
              .profile = keep_profile(question.profile),
              .server_major = question.server_major,
              .verdict = std::move(verdict),
              .bytes = wanted});
    bucket(key.hash).push_back(entries.begin());
    bytes += wanted;
  }
};

VerdictCache::VerdictCache(std::size_t max_bytes, std::uint64_t hash_key)
    : state_(std::make_unique<State>(State{.max_bytes = max_bytes, .hash_key = hash_key})) {
  state_->buckets.resize(std::bit_ceil(max_bytes / kTypicalBytes + 1));
}

VerdictCache::~VerdictCache() = default;

std::shared_ptr<const Verdict> VerdictCache::judge(const Question& question) {
  if (auto known = find(question)) return known;
  auto verdict = std::make_shared<const Verdict>(policy::judge(question));
  keep(question, verdict);
  return verdict;
}

std::shared_ptr<const Verdict> VerdictCache::find(const Question& question) {
  auto known = state_->find(question);
  ++(known ? state_->counts.hits : state_->counts.misses);
  return known;
}

void VerdictCache::keep(const Question& question, std::shared_ptr<const Verdict> verdict) {
  state_->keep(question, std::move(verdict));
}

const CacheCounts& VerdictCache::counts() const { return state_->counts; }
std::size_t VerdictCache::bytes() const { return state_->bytes; }

}  // namespace policy
