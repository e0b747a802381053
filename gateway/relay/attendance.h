// SPDX-License-Identifier: Apache-2.0
// Who is logged in, counted: in all, of each database, of each user on a database. Knows no relay
// and no session.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace gateway::relay {

class Attendance {
  using ByDatabase = std::map<std::string, std::size_t, std::less<>>;
  using ByUser = std::map<std::pair<std::string, std::string>, std::size_t>;

 public:
  // One client's place in the counts, for as long as it lives. The attendance outlives it.
  class Seat {
   public:
    Seat(Attendance& attendance, const std::string& database, const std::string& user);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    Attendance& attendance_;
    ByDatabase::iterator of_database_;
    ByUser::iterator of_user_;
  };

  std::size_t all() const { return all_; }
  std::size_t of_database(const std::string& database) const;
  std::size_t of_user(const std::string& database, const std::string& user) const;

 private:
  std::size_t all_ = 0;
  ByDatabase by_database_;
  ByUser by_user_;
};

}  // namespace gateway::relay
