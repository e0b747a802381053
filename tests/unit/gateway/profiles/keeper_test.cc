// SPDX-License-Identifier: Apache-2.0
#include "gateway/profiles/keeper.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/support/loop_runner.h"

namespace gateway::profiles {
namespace {

using std::chrono::milliseconds;
using State = KeeperStatus::State;
using Answer = std::expected<std::optional<policy::catalog::Rows>, std::string>;

// The server, as far as a keeper sees it: each look waits for an answer that the test gives.
class FakeServer {
 public:
  void answer(Answer answer) {
    const std::scoped_lock lock(mutex_);
    answers_.push_back(std::move(answer));
    changed_.notify_all();
  }
  void fail(std::string why) { answer(std::unexpected(std::move(why))); }
  void same() { answer(std::nullopt); }
  void changed() {
    policy::catalog::Rows rows;
    rows.server_major = 15;
    rows.schemas.push_back({.oid = 2200, .name = "public"});
    answer(std::move(rows));
  }

  int started() const { return started_; }

  Look look() {
    return [this](const std::atomic<bool>& stopped) -> Answer {
      ++started_;
      std::unique_lock lock(mutex_);
      while (answers_.empty()) {
        if (stopped) return std::unexpected("interrupted");
        changed_.wait_for(lock, milliseconds(1));
      }
      Answer answer = std::move(answers_.front());
      answers_.pop_front();
      return answer;
    };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Answer> answers_;
  std::atomic<int> started_ = 0;
};

enum class Rules : std::uint8_t { None, DenySecrets, DenySalaries };

std::shared_ptr<const config::Database> database(Rules rules,
                                                 milliseconds refresh = milliseconds(0)) {
  config::Database database;
  database.name = "app";
  database.catalog_refresh = refresh;
  if (rules == Rules::DenySecrets) database.access.policy.tables.denied = {"secrets"};
  if (rules == Rules::DenySalaries) database.access.policy.tables.denied = {"salaries"};
  return std::make_shared<const config::Database>(std::move(database));
}

class KeeperTest : public ::testing::Test {
 protected:
  Keeper& keep(std::shared_ptr<const config::Database> rules, Pace pace = kQuick) {
    keeper_ = std::make_unique<Keeper>(runner_.loop, std::move(rules), config::Listen{},
                                       server_.look(), pace);
    keeper_->on_change([this] { ++changes_; });
    return *keeper_;
  }
  // What happens on the keeper's thread does not wake the loop.
  bool until(std::move_only_function<bool()> condition) {
    return runner_.run_until([&] {
      runner_.loop.wake();
      return condition();
    });
  }
  bool until_state(State state) {
    return until([=, this] { return keeper_->status().state == state; });
  }
  Keeper& keep_ready(milliseconds refresh = milliseconds(0), Pace pace = kQuick) {
    server_.changed();
    keep(database(Rules::DenySecrets, refresh), pace);
    EXPECT_TRUE(until_state(State::Ready));
    return *keeper_;
  }
  const std::string& unavailable() { return keeper_->current()->of({.user = "u"}).unavailable; }
  const policy::Profile& profile() { return *keeper_->current()->of({.user = "u"}).profile; }

  static constexpr Pace kQuick{.gap_min = milliseconds(1)};

  FakeServer server_, other_;
  tests::LoopRunner runner_;
  std::unique_ptr<Keeper> keeper_;
  int changes_ = 0;
};

TEST_F(KeeperTest, IsStartingUntilTheCatalogWasRead) {
  const Keeper& keeper = keep(database(Rules::DenySecrets));
  EXPECT_TRUE(keeper.is_starting());
  EXPECT_EQ(unavailable(), "the catalog is being read");
  server_.changed();
  ASSERT_TRUE(until([&] { return !keeper.is_starting(); }));
  EXPECT_EQ(unavailable(), "");
  EXPECT_NE(profile().access, nullptr);
  EXPECT_EQ(changes_, 1);
}

TEST_F(KeeperTest, AsksNothingWithoutRules) {
  Keeper& keeper = keep(database(Rules::None, milliseconds(1)));
  EXPECT_FALSE(keeper.is_starting());
  EXPECT_EQ(keeper.status().state, State::Off);
  bool is_done = false;
  keeper.refresh(Reason::MissingName, [&] { is_done = true; });
  EXPECT_FALSE(is_done);
  ASSERT_TRUE(until([&] { return is_done; }));
  EXPECT_EQ(server_.started(), 0);
}

TEST_F(KeeperTest, SaysWhyItCannotReadAndRecoversByItself) {
  const Keeper& keeper = keep(database(Rules::DenySecrets));
  server_.fail("cannot connect: nobody there");
  ASSERT_TRUE(until_state(State::Unavailable));
  EXPECT_FALSE(keeper.is_starting());
  EXPECT_EQ(unavailable(), "cannot connect: nobody there");
  server_.fail("cannot connect: nobody there");
  server_.changed();
  ASSERT_TRUE(until_state(State::Ready));
  EXPECT_EQ(unavailable(), "");
  EXPECT_EQ(keeper.status().failed, 2U);
  EXPECT_EQ(changes_, 2);  // the same reason is no change
}

TEST_F(KeeperTest, KeepsTheSetWhereNothingChanged) {
  const Keeper& keeper = keep_ready(milliseconds(1));
  const auto set = keeper.current();
  server_.same();
  server_.same();
  ASSERT_TRUE(until([&] { return keeper.status().unchanged == 2; }));
  EXPECT_EQ(keeper.current(), set);
  EXPECT_EQ(changes_, 1);
}

TEST_F(KeeperTest, ReplacesTheSetWhereTheCatalogChanged) {
  const Keeper& keeper = keep_ready(milliseconds(1));
  const auto epoch = profile().epoch;
  server_.changed();
  ASSERT_TRUE(until([&] { return keeper.status().epoch == 2; }));
  EXPECT_GT(profile().epoch, epoch);
  EXPECT_EQ(changes_, 2);
}

TEST_F(KeeperTest, LooksAfterWhoAskedForItNotBefore) {
  Keeper& keeper = keep_ready();
  bool first = false, second = false;
  keeper.refresh(Reason::MissingName, [&] { first = true; });
  ASSERT_TRUE(until([&] { return server_.started() == 2; }));
  keeper.refresh(Reason::MissingName, [&] { second = true; });
  server_.same();
  ASSERT_TRUE(until([&] { return first; }));
  EXPECT_FALSE(second);
  server_.changed();
  ASSERT_TRUE(until([&] { return second; }));
  EXPECT_EQ(keeper.status().epoch, 2U);
}

TEST_F(KeeperTest, SharesOneLookAmongAllWhoAsk) {
  Keeper& keeper = keep_ready();
  int done = 0;
  for (int i = 0; i < 5; ++i) keeper.refresh(Reason::SeenChange, [&] { ++done; });
  server_.same();
  ASSERT_TRUE(until([&] { return done == 5; }));
  EXPECT_EQ(server_.started(), 2);
}

TEST_F(KeeperTest, TellsWhoAskedWhenTheLookFailed) {
  Keeper& keeper = keep_ready();
  bool is_done = false;
  keeper.refresh(Reason::MissingName, [&] { is_done = true; });
  server_.fail("gone");
  ASSERT_TRUE(until([&] { return is_done; }));
  EXPECT_EQ(unavailable(), "");  // what was read is still believed
  EXPECT_EQ(keeper.status().last_error, "gone");
}

TEST_F(KeeperTest, MayBeAskedAgainByWhoWasTold) {
  Keeper& keeper = keep_ready();
  int done = 0;
  keeper.refresh(Reason::MissingName, [&] {
    ++done;
    keeper.refresh(Reason::MissingName, [&] { ++done; });
  });
  server_.same();
  server_.same();
  EXPECT_TRUE(until([&] { return done == 2; }));
}

TEST_F(KeeperTest, BelievesNoCatalogForLongThatCannotBeConfirmed) {
  const Keeper& keeper =
      keep_ready(milliseconds(1), {.gap_min = milliseconds(1), .belief_min = milliseconds(200)});
  const auto set = keeper.current();
  server_.fail("gone");
  ASSERT_TRUE(until_state(State::Unavailable));
  EXPECT_NE(unavailable().find("could not be confirmed"), std::string::npos) << unavailable();
  for (int i = 0; i < 3; ++i) server_.same();  // the first look may have begun too long ago
  ASSERT_TRUE(until_state(State::Ready));
  EXPECT_EQ(keeper.current(), set);
}

TEST_F(KeeperTest, DoubtsTheCatalogWhileALookHangs) {
  keep_ready(milliseconds(1), {.gap_min = milliseconds(1), .belief_min = milliseconds(200)});
  ASSERT_TRUE(until_state(State::Unavailable));
  EXPECT_EQ(keeper_->status().failed, 0U);
}

TEST_F(KeeperTest, BindsOtherRulesToTheCatalogThatItHas) {
  Keeper& keeper = keep_ready();
  bool is_in_force = false;
  const auto rules = database(Rules::DenySalaries);
  keeper.use(rules, {}, [&] { is_in_force = true; });
  ASSERT_TRUE(until([&] { return is_in_force; }));
  EXPECT_EQ(&keeper.current()->database(), rules.get());
  EXPECT_EQ(unavailable(), "");
  EXPECT_EQ(server_.started(), 1);
  EXPECT_EQ(keeper.status().epoch, 1U);
}

TEST_F(KeeperTest, InterruptsALookThatHangsForOtherRules) {
  Keeper& keeper = keep_ready();
  bool is_told = false, is_in_force = false;
  keeper.refresh(Reason::MissingName, [&] { is_told = true; });
  ASSERT_TRUE(until([&] { return server_.started() == 2; }));
  keeper.use(database(Rules::DenySalaries), {}, [&] { is_in_force = true; });
  ASSERT_TRUE(until([&] { return is_in_force; }));
  EXPECT_EQ(keeper.status().failed, 0U);
  EXPECT_FALSE(is_told);  // its look comes still
  server_.same();
  EXPECT_TRUE(until([&] { return is_told; }));
}

TEST_F(KeeperTest, BelievesItsCatalogUntilOneWasReadOtherwise) {
  Keeper& keeper = keep_ready();
  keeper.read_by(other_.look(), Keeper::Belief::Kept);
  EXPECT_EQ(unavailable(), "");
  keeper.refresh(Reason::Operator, [] {});
  other_.changed();
  ASSERT_TRUE(until([&] { return keeper.status().epoch == 2; }));
  EXPECT_EQ(server_.started(), 1);
}

TEST_F(KeeperTest, BelievesNothingOfADatabaseThatMoved) {
  Keeper& keeper = keep_ready();
  bool is_done = false;
  keeper.refresh(Reason::MissingName, [&] { is_done = true; });
  ASSERT_TRUE(until([&] { return server_.started() == 2; }));
  server_.changed();  // what the look under way brings counts no more
  keeper.read_by(other_.look(), Keeper::Belief::Dropped);
  keeper.use(database(Rules::DenySecrets), {}, [] {});
  EXPECT_EQ(unavailable(), "the catalog is being read");
  EXPECT_TRUE(keeper.is_starting());
  ASSERT_TRUE(until([&] { return other_.started() == 1; }));
  EXPECT_EQ(keeper.status().epoch, 1U);
  EXPECT_FALSE(is_done);
  other_.changed();
  ASSERT_TRUE(until([&] { return is_done; }));
  EXPECT_EQ(keeper.status().epoch, 2U);
  EXPECT_EQ(unavailable(), "");
}

TEST_F(KeeperTest, TurnsRulesOffAndOnAgain) {
  Keeper& keeper = keep_ready();
  bool is_in_force = false;
  keeper.use(database(Rules::None), {}, [] {});
  EXPECT_EQ(profile().access, nullptr);
  EXPECT_EQ(keeper.status().state, State::Off);
  keeper.use(database(Rules::DenySecrets), {}, [&] { is_in_force = true; });
  ASSERT_TRUE(until([&] { return is_in_force; }));
  EXPECT_NE(profile().access, nullptr);
}

TEST_F(KeeperTest, ConfirmsAnOldCatalogBeforeItJudgesByIt) {
  Keeper& keeper = keep_ready(milliseconds(20), {.gap_min = milliseconds(1), .belief_min = {}});
  server_.same();  // for a look that may be under way
  keeper.use(database(Rules::None, milliseconds(20)), {}, [] {});
  const auto later = std::chrono::steady_clock::now() + milliseconds(200);
  ASSERT_TRUE(until([&] { return std::chrono::steady_clock::now() > later; }));
  bool is_in_force = false;
  keeper.use(database(Rules::DenySecrets, milliseconds(20)), {}, [&] { is_in_force = true; });
  EXPECT_EQ(unavailable(), "the catalog is being read");
  ASSERT_TRUE(until([&] { return is_in_force; }));
  for (int i = 0; i < 3; ++i) server_.same();
  ASSERT_TRUE(until_state(State::Ready));
  EXPECT_NE(profile().access, nullptr);
}

TEST_F(KeeperTest, RefusesByNewRulesUntilTheFirstCatalogWasRead) {
  Keeper& keeper = keep(database(Rules::None));
  keeper.use(database(Rules::DenySecrets), {}, [] {});
  EXPECT_EQ(unavailable(), "the catalog is being read");
  EXPECT_TRUE(keeper.is_starting());
  server_.changed();
  ASSERT_TRUE(until_state(State::Ready));
  EXPECT_NE(profile().access, nullptr);
}

TEST_F(KeeperTest, PutsTheNewestRulesInForceWhereSeveralCome) {
  Keeper& keeper = keep_ready();
  int in_force = 0;
  const auto last = database(Rules::DenySecrets);
  keeper.use(database(Rules::DenySalaries), {}, [&] { ++in_force; });
  keeper.use(last, {}, [&] { ++in_force; });
  ASSERT_TRUE(until([&] { return in_force == 2; }));
  EXPECT_EQ(&keeper.current()->database(), last.get());
}

TEST_F(KeeperTest, EndsWhileALookHangsAndCallsNobody) {
  Keeper& keeper = keep_ready();
  bool is_told = false;
  keeper.refresh(Reason::MissingName, [&] { is_told = true; });
  ASSERT_TRUE(until([&] { return server_.started() == 2; }));
  keeper_.reset();
  runner_.run_iterations(3);
  EXPECT_FALSE(is_told);
}

}  // namespace
}  // namespace gateway::profiles
