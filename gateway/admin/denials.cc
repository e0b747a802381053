// SPDX-License-Identifier: Apache-2.0
#include "gateway/admin/denials.h"

#include <fmt/format.h>

#include <utility>

#include "gateway/admin/quoting.h"

namespace gateway::admin {
namespace {

bool is_of_statement(const Target& target) { return target.kind == Target::Kind::Fingerprint; }

}  // namespace

std::string text_of(const Target& target) {
  switch (target.kind) {
    case Target::Kind::User: {
      const std::string user = "USER " + quoted(target.user);
      return target.database.empty() ? user : user + " DATABASE " + quoted(target.database);
    }
    case Target::Kind::Database: return "DATABASE " + quoted(target.database);
    case Target::Kind::Fingerprint: return fmt::format("FINGERPRINT {:016x}", target.fingerprint);
  }
  return {};
}

bool Denials::deny(Denial denial) {
  const bool is_new = !denials_.contains(denial.target);
  if (is_new && denials_.size() >= kDenialsMax) return false;
  if (is_new && is_of_statement(denial.target)) ++fingerprint_count_;
  const Target target = denial.target;
  denials_.insert_or_assign(target, std::move(denial));
  ++epoch_;
  return true;
}

bool Denials::allow(const Target& target) {
  if (denials_.erase(target) == 0) return false;
  if (is_of_statement(target)) --fingerprint_count_;
  ++epoch_;
  return true;
}

std::vector<Denial> Denials::expire(Denial::TimePoint now) {
  std::vector<Denial> over;
  for (const auto& [target, denial] : denials_) {
    if (denial.until && *denial.until <= now) over.push_back(denial);
  }
  for (const Denial& denial : over) allow(denial.target);
  return over;
}

const Denial* Denials::find(const Target& target) const {
  const auto found = denials_.find(target);
  return found == denials_.end() ? nullptr : &found->second;
}

const Denial* Denials::find_client(std::string_view database, std::string_view user) const {
  using Kind = Target::Kind;
  const std::string of{database}, who{user};
  const Denial* found = find({.kind = Kind::Database, .database = of});
  if (found == nullptr) found = find({.kind = Kind::User, .user = who});
  if (found == nullptr) found = find({.kind = Kind::User, .user = who, .database = of});
  return found;
}

const Denial* Denials::find_statement(std::uint64_t fingerprint) const {
  if (fingerprint_count_ == 0) return nullptr;
  return find({.kind = Target::Kind::Fingerprint, .fingerprint = fingerprint});
}

std::vector<Denial> Denials::all() const {
  std::vector<Denial> all;
  all.reserve(denials_.size());
  for (const auto& [target, denial] : denials_) all.push_back(denial);
  return all;
}

}  // namespace gateway::admin
