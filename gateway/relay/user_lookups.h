// SPDX-License-Identifier: Apache-2.0
// Clients that are in no file are looked up here: one user at a time on a thread of its own, in the
// order in which they came, while the loop goes on. Who asks for a user whose look-up has not begun
// shares it. Whom nobody waits for any more, as the clients have gone, is not looked up.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/auth/directory.h"
#include "gateway/net/loop.h"
#include "gateway/net/worker.h"
#include "gateway/telemetry/log_limit.h"

namespace gateway::relay {

class UserLookups {
 public:
  // Blocks; called on the thread. Soon back once `stopped` is raised.
  using LookUp = std::function<auth::DirectoryAnswer(const std::string& user,
                                                     const std::atomic<bool>& stopped)>;
  // Of a relay that asked; it may be gone.
  using Tell = std::function<void(std::uint64_t relay_id, const auth::DirectoryAnswer& answer)>;

  using IsWaiting = std::function<bool(std::uint64_t relay_id)>;

  // Where they are.
  struct Directory {
    LookUp look_up = {};  // empty: nowhere
    // How long an answer serves those who ask later; 0: not at all.
    std::chrono::milliseconds time_to_live{0};
  };

  UserLookups(net::Loop& loop, Directory directory, IsWaiting is_waiting, Tell tell);
  ~UserLookups();
  UserLookups(const UserLookups&) = delete;
  UserLookups& operator=(const UserLookups&) = delete;

  // From now on. What the former one said, or is being asked, counts for nobody: who waits is
  // looked up here.
  void use(Directory directory);
  bool has_directory() const { return directory_.look_up != nullptr; }
  // Of the directory: which answers are told from. Another one after each use().
  std::uint64_t epoch() const { return epoch_; }

  // Null: not known now. Borrowed: until the next call.
  const auth::DirectoryAnswer* known(const std::string& user);
  void join(std::uint64_t relay_id, const std::string& user);
  // A proof did not fit what was known of `user`: who asks next is told what is true by then.
  void forget(const std::string& user) { known_.erase(user); }

  // The rounds of PBKDF2 that users have here: those of the one found last.
  int usual_iterations() const { return usual_iterations_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Known {
    auth::DirectoryAnswer answer;
    Time until;
  };
  struct Job;

  void look_up_next();
  void finish(Job& job);
  void ask_again(Job& job);
  void log(const Job& job);
  void keep(const Job& job);
  void tell_waiting(const auth::DirectoryAnswer& failure);

  net::Loop& loop_;
  Directory directory_;
  std::uint64_t epoch_ = 0;
  IsWaiting is_waiting_;
  Tell tell_;
  std::deque<std::string> order_;  // of the users in waiting_
  std::map<std::string, std::vector<std::uint64_t>> waiting_;
  std::map<std::string, Known> known_;
  int usual_iterations_ = auth::kDefaultIterations;
  telemetry::LogLimit log_limit_{std::chrono::seconds(1)};
  bool is_looking_ = false;
  std::shared_ptr<std::atomic<bool>> stopped_;  // of the directory; never null
  net::Worker worker_;                          // last: its end waits for what it does
};

}  // namespace gateway::relay
