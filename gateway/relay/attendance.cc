// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/attendance.h"

namespace gateway::relay {

Attendance::Seat::Seat(Attendance& attendance, const std::string& database, const std::string& user)
    : attendance_(attendance),
      of_database_(attendance.by_database_.try_emplace(database, 0).first),
      of_user_(attendance.by_user_.try_emplace({database, user}, 0).first) {
  ++attendance_.all_;
  ++of_database_->second;
  ++of_user_->second;
}

Attendance::Seat::~Seat() {
  --attendance_.all_;
  if (--of_database_->second == 0) attendance_.by_database_.erase(of_database_);
  if (--of_user_->second == 0) attendance_.by_user_.erase(of_user_);
}

std::size_t Attendance::of_database(const std::string& database) const {
  const auto found = by_database_.find(database);
  return found == by_database_.end() ? 0 : found->second;
}

std::size_t Attendance::of_user(const std::string& database, const std::string& user) const {
  const auto found = by_user_.find({database, user});
  return found == by_user_.end() ? 0 : found->second;
}

}  // namespace gateway::relay
