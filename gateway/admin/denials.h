// SPDX-License-Identifier: Apache-2.0
// What operators have denied while the gateway runs: users, databases, shapes of statements. Knows
// no socket, file or clock; lives as long as the process.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::admin {

struct Target {
  enum class Kind : std::uint8_t { User, Database, Fingerprint };
  Kind kind = Kind::User;
  std::string user{};             // as it logs in; case counts
  std::string database{};         // of a user: empty means every one
  std::uint64_t fingerprint = 0;  // as audit records show it
  auto operator<=>(const Target&) const = default;
};

// As a command names it: USER 'ann' DATABASE 'shop'.
std::string text_of(const Target& target);

struct Denial {
  using TimePoint = std::chrono::steady_clock::time_point;
  Target target{};
  std::string reason{};
  std::uint32_t uid = 0;             // of who asked for it
  std::optional<TimePoint> until{};  // nothing: until it is lifted
};

inline constexpr std::size_t kDenialsMax = 1'000;

class Denials {
 public:
  // The one that was there for the same target is replaced. False: there are kDenialsMax.
  bool deny(Denial denial);
  bool allow(const Target& target);  // false: it was not denied
  // Removes those whose time is over, and answers which.
  std::vector<Denial> expire(Denial::TimePoint now);

  // Null: not denied. Borrowed until the next change.
  const Denial* find_client(std::string_view database, std::string_view user) const;
  const Denial* find_statement(std::uint64_t fingerprint) const;
  std::vector<Denial> all() const;  // by target
  std::size_t size() const { return denials_.size(); }

  // Another one after each change, never 0: what was found by the same one still holds.
  std::uint64_t epoch() const { return epoch_; }

 private:
  const Denial* find(const Target& target) const;

  std::map<Target, Denial> denials_;
  std::size_t fingerprint_count_ = 0;
  std::uint64_t epoch_ = 1;
};

}  // namespace gateway::admin
