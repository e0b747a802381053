// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/user_lookups.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <semaphore>
#include <set>

#include "tests/support/loop_runner.h"

namespace gateway::relay {
namespace {

using std::chrono::milliseconds;
using tests::LoopRunner;

// A directory whose answers are let out one by one.
class UserLookupsTest : public testing::Test {
 protected:
  UserLookups make(milliseconds time_to_live = milliseconds(0)) {
    return {runner_.loop,
            {slow_look_up(), time_to_live},
            [this](std::uint64_t id) { return !gone_.contains(id); },
            [this](std::uint64_t id, const auth::DirectoryAnswer& answer) { told_[id] = answer; }};
  }
  UserLookups::LookUp slow_look_up() {
    return [this](const std::string& user, const std::atomic<bool>& stopped) {
      begun_.release();
      while (!may_answer_.try_acquire_for(milliseconds(10))) {
        if (stopped) return auth::DirectoryAnswer(auth::DirectoryFailure{});
      }
      const std::scoped_lock lock(mutex_);
      asked_ += user + ' ';
      return answer_;
    };
  }
  bool runs_until_told(std::size_t count) {
    return runner_.run_until([&] { return told_.size() == count; });
  }
  static auth::FoundUser with_iterations(int iterations) {
    auth::FoundUser found;
    found.verifier.iterations = iterations;
    return found;
  }

  LoopRunner runner_;
  std::counting_semaphore<100> may_answer_{0}, begun_{0};
  std::mutex mutex_;
  std::string asked_;
  auth::DirectoryAnswer answer_;
  std::map<std::uint64_t, auth::DirectoryAnswer> told_;
  std::set<std::uint64_t> gone_;
};

TEST_F(UserLookupsTest, AsksForNobodyWhoHasGone) {
  UserLookups lookups = make();
  lookups.join(1, "ann");
  begun_.acquire();
  lookups.join(2, "bob");
  lookups.join(3, "cid");
  gone_ = {2};
  may_answer_.release(2);
  ASSERT_TRUE(runs_until_told(2));
  EXPECT_EQ(asked_, "ann cid ");
}

TEST_F(UserLookupsTest, AsksOnceForThoseWhoWaitForTheSameUser) {
  UserLookups lookups = make();
  lookups.join(1, "ann");
  begun_.acquire();
  for (std::uint64_t id = 2; id <= 9; ++id) lookups.join(id, id % 2 == 0 ? "ann" : "ben");
  may_answer_.release(100);
  ASSERT_TRUE(runs_until_told(9));
  EXPECT_EQ(asked_, "ann ann ben ") << "who came when it was under way gets a fresher answer";
}

TEST_F(UserLookupsTest, TellsAllWhoWaitThatTheServerDoesNotAnswer) {
  UserLookups lookups = make();
  answer_ = auth::DirectoryFailure{auth::DirectoryFailure::Kind::Unreachable, "gone"};
  lookups.join(1, "ann");
  begun_.acquire();
  lookups.join(2, "ben");
  lookups.join(3, "cid");
  may_answer_.release();
  ASSERT_TRUE(runs_until_told(3));
  EXPECT_EQ(asked_, "ann ") << "one time limit for all";
  answer_ = auth::NoSuchUser{};
  lookups.join(4, "ben");
  may_answer_.release();
  ASSERT_TRUE(runs_until_told(4)) << "and goes on";
}

TEST_F(UserLookupsTest, KeepsAWrongAnswerToItself) {
  UserLookups lookups = make();
  answer_ = auth::DirectoryFailure{auth::DirectoryFailure::Kind::WrongAnswer, "two rows"};
  lookups.join(1, "ann");
  begun_.acquire();
  lookups.join(2, "ben");
  may_answer_.release(2);
  ASSERT_TRUE(runs_until_told(2));
  EXPECT_EQ(asked_, "ann ben ");
}

TEST_F(UserLookupsTest, KnowsAnAnswerForItsTime) {
  UserLookups lookups = make(milliseconds(60'000));
  answer_ = with_iterations(15'000);
  EXPECT_EQ(lookups.usual_iterations(), auth::kDefaultIterations);
  EXPECT_EQ(lookups.known("ann"), nullptr);
  lookups.join(1, "ann");
  may_answer_.release();
  ASSERT_TRUE(runs_until_told(1));
  ASSERT_NE(lookups.known("ann"), nullptr);
  EXPECT_TRUE(std::holds_alternative<auth::FoundUser>(*lookups.known("ann")));
  EXPECT_EQ(lookups.known("ben"), nullptr);
  EXPECT_EQ(lookups.usual_iterations(), 15'000);
  lookups.forget("ann");
  EXPECT_EQ(lookups.known("ann"), nullptr);
}

TEST_F(UserLookupsTest, KnowsNothingWithoutTimeAndNoFailure) {
  UserLookups lookups = make();
  lookups.join(1, "ann");
  may_answer_.release();
  ASSERT_TRUE(runs_until_told(1));
  EXPECT_EQ(lookups.known("ann"), nullptr);

  UserLookups keeping = make(milliseconds(60'000));
  answer_ = auth::DirectoryFailure{};
  keeping.join(2, "ann");
  may_answer_.release();
  ASSERT_TRUE(runs_until_told(2));
  EXPECT_EQ(keeping.known("ann"), nullptr);
}

// Answers of a directory are known by their rounds here.
TEST_F(UserLookupsTest, AsksAnotherDirectoryFromThenOn) {
  UserLookups lookups = make(milliseconds(60'000));
  answer_ = with_iterations(5'000);
  lookups.join(1, "ann");
  may_answer_.release();
  ASSERT_TRUE(runs_until_told(1));
  const auto epoch = lookups.epoch();
  lookups.use({[](const auto&, const auto&) { return with_iterations(6'000); }});
  EXPECT_NE(lookups.epoch(), epoch);
  EXPECT_EQ(lookups.known("ann"), nullptr) << "the former one's answer";
  lookups.join(2, "ann");
  ASSERT_TRUE(runs_until_told(2));
  EXPECT_EQ(std::get<auth::FoundUser>(told_[2]).verifier.iterations, 6'000);
}

TEST_F(UserLookupsTest, AsksAnotherDirectoryWhereOneIsBeingAsked) {
  UserLookups lookups = make(milliseconds(60'000));
  answer_ = with_iterations(5'000);
  lookups.join(1, "ann");
  begun_.acquire();
  lookups.join(2, "ben");
  std::string asked;  // of the second one, on its thread; read when all are told
  lookups.use({[&asked](const std::string& user, const auto&) {
    asked += user + ' ';
    return with_iterations(6'000);
  }});
  ASSERT_TRUE(runs_until_told(2)) << "the former one, which hangs, is not waited for";
  EXPECT_EQ(asked, "ann ben ");
  EXPECT_EQ(asked_, "");
  for (const std::uint64_t id : {1U, 2U}) {
    EXPECT_EQ(std::get<auth::FoundUser>(told_[id]).verifier.iterations, 6'000) << id;
  }
}

// An answer that came before the change, but whose end the loop has not seen yet.
TEST_F(UserLookupsTest, BelievesNoAnswerOfTheFormerDirectory) {
  UserLookups lookups = make(milliseconds(60'000));
  answer_ = with_iterations(5'000);
  std::binary_semaphore has_answered{0};
  lookups.use({[&](const auto& user, const auto& stopped) {
                 auto answer = slow_look_up()(user, stopped);
                 has_answered.release();
                 return answer;
               },
               milliseconds(60'000)});
  lookups.join(1, "ann");
  may_answer_.release();
  has_answered.acquire();
  lookups.use({});
  EXPECT_FALSE(lookups.has_directory());
  ASSERT_TRUE(runs_until_told(1));
  EXPECT_TRUE(std::holds_alternative<auth::NoSuchUser>(told_[1])) << "there is none any more";
  EXPECT_EQ(lookups.known("ann"), nullptr);
}

TEST_F(UserLookupsTest, EndsWhileOneIsUnderWay) {
  {
    UserLookups lookups = make();
    lookups.join(1, "ann");
    begun_.acquire();
  }
  EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace gateway::relay
