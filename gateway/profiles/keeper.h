// SPDX-License-Identifier: Apache-2.0
// Keeps one database's profiles fresh: looks at its catalogs on a thread of its own, at start,
// every catalog_refresh and when asked, and replaces the ProfileSet as a whole when they or the
// rules changed. Fails closed: what cannot be confirmed is unavailable. Knows neither clients nor
// libpq. All on one loop, which outlives it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/net/loop.h"
#include "gateway/net/worker.h"
#include "gateway/profiles/profile_set.h"
#include "gateway/profiles/schedule.h"

namespace gateway::profiles {

// The rows; nothing where no catalog changed since the last call that gave some; or one sentence.
// Called on the keeper's thread, and destroyed on the loop's. Returns soon after `stopped` is
// raised.
using Look =
    std::move_only_function<std::expected<std::optional<policy::catalog::Rows>, std::string>(
        const std::atomic<bool>& stopped)>;

enum class Reason : std::uint8_t { MissingName, SeenChange, Operator };

struct KeeperStatus {
  enum class State : std::uint8_t { Off, Starting, Ready, Unavailable };  // Off: no rules
  State state = State::Off;
  std::string why{};          // of Unavailable
  std::uint64_t epoch = 0;    // counts the catalogs of this database; 0: none was read yet
  std::size_t relations = 0;  // of the last one, indexes and system catalogs among them
  std::optional<std::chrono::milliseconds> age{};  // since it was confirmed
  std::string last_error{};                        // of the last look, if it failed
  std::optional<std::chrono::milliseconds> next_look{};
  std::uint64_t changed = 0, unchanged = 0, failed = 0;  // looks
};

class Keeper {
 public:
  // The first look starts at once, where the rules need one.
  Keeper(net::Loop& loop, std::shared_ptr<const config::Database> database, config::Listen listen,
         Look look, Pace pace = {});
  ~Keeper();  // interrupts a look, waits for it, and calls nobody
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Never null. The same object as long as nothing changed. Its profiles with rules are
  // unavailable, with the reason, before the first look ended, if that failed, and once the catalog
  // could not be confirmed for ten times catalog_refresh and at least a minute.
  const std::shared_ptr<const ProfileSet>& current() const { return current_; }

  // Nobody knows yet whether the catalog can be read: whoever would be refused had better wait for
  // on_change.
  bool is_starting() const { return is_needed() && !is_outcome_known_; }

  // Calls `done` after a look that started after this call, whatever came of it; in a later
  // iteration even where nothing is looked at. All who ask share one look. `done` may be called
  // when who asked has gone: let it find them by an id.
  void refresh(Reason reason, std::move_only_function<void()> done);

  // The catalogs are read by `look` from now on: the database is reached otherwise. Dropped: it is
  // another one, and nothing is believed of it before a look.
  enum class Belief : std::uint8_t { Kept, Dropped };
  void read_by(Look look, Belief belief);

  // Other rules for the database; `done` when they are in force, which
  // takes as long as binding them to the catalog that is known. A look is interrupted for it. Where
  // rules ask for a catalog and none was read yet, they are unavailable until one was.
  void use(std::shared_ptr<const config::Database> database, config::Listen listen,
           std::move_only_function<void()> done);

  // Called after current() was replaced. At most one.
  void on_change(std::move_only_function<void()> callback) { on_change_ = std::move(callback); }

  KeeperStatus status() const;

 private:
  using TimePoint = Schedule::TimePoint;
  using Callers = std::vector<std::move_only_function<void()>>;
  enum class Task : std::uint8_t { Read, Bind };
  struct Job;

  bool is_needed() const { return needs_catalog(*database_); }
  bool is_bound() const;  // to the rules in force
  Pace pace() const;

  void advance();
  void start(Task task);
  void finish(Job& job);
  void on_rows(Job& job);
  void on_failure(const std::string& why);
  void take_bound(Job& job);
  void doubt();
  void interrupt();
  void become(std::shared_ptr<const ProfileSet> set);
  void become_unavailable(const std::string& why);
  void schedule_next();
  void tell_in_force();

  net::Loop& loop_;
  std::shared_ptr<const config::Database> database_;
  config::Listen listen_;
  const Pace pace_;
  Schedule schedule_;
  net::Timer timer_;
  std::move_only_function<void()> on_change_;

  std::shared_ptr<const ProfileSet> current_;
  std::shared_ptr<const ProfileSet> bound_;  // the newest with a catalog
  Catalog catalog_;
  std::uint64_t catalog_epoch_ = 0;
  std::string unavailable_;  // why current_ is; empty: it is not
  bool is_outcome_known_ = false;

  Callers asked_, served_;  // for the next look; for the one that runs
  Callers in_force_;        // of use()
  std::string last_error_;
  std::uint64_t changed_ = 0, unchanged_ = 0, failed_ = 0;

  std::optional<Task> running_;
  bool is_interrupted_ = false;
  std::atomic<bool> stopped_ = false;
  Look look_;                          // the worker's
  std::optional<Look> next_look_;      // takes its place before the next job
  std::optional<net::Worker> worker_;  // from the first job on; ends before what its jobs use
};

}  // namespace gateway::profiles
