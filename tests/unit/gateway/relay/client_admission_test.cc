// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/client_admission.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace gateway::relay {
namespace {

using namespace std::chrono_literals;
using session::TimePoint;
using telemetry::LimitType;

const TimePoint kStart{1'000'000s};

struct Loop {
  Accounts accounts;
  admin::Denials denials;
  telemetry::LoopMetrics metrics{{.databases = {"shop"}}};

  std::unique_ptr<ClientAdmission> open(const std::string& user,
                                        const std::string& database = "shop") {
    return std::make_unique<ClientAdmission>(AdmissionSources{accounts, denials, metrics}, database,
                                             user);
  }
};

policy::Profile limited(std::uint64_t per_minute, std::uint64_t running) {
  policy::Profile profile;
  profile.statements_per_minute_max = per_minute;
  profile.running_max = running;
  return profile;
}

TEST(ClientAdmission, CountsAUserOverAllItsSessionsOnADatabase) {
  Loop loop;
  const auto profile = limited(3, 0);
  const auto first = loop.open("ann"), second = loop.open("ann");
  EXPECT_FALSE(first->start({profile, 2, kStart}));
  EXPECT_FALSE(second->start({profile, 1, kStart}));
  const auto violation = second->start({profile, 1, kStart + 1s});
  ASSERT_TRUE(violation.has_value());
  EXPECT_EQ(violation->code, policy::ErrorCode::RateLimitExceeded);
  EXPECT_EQ(violation->rule, "limits.statements_per_minute");
  EXPECT_EQ(violation->hint, "Retry after 60 s.");
  EXPECT_FALSE(loop.open("bob")->start({profile, 3, kStart}));
  EXPECT_FALSE(loop.open("ann", "other")->start({profile, 3, kStart}));
  EXPECT_EQ(loop.metrics.limits_exceeded[LimitType::StatementsPerMinute], 1u);
  EXPECT_FALSE(second->start({profile, 1, kStart + 61s}));
}

TEST(ClientAdmission, SaysThatAMessageNeverFits) {
  Loop loop;
  const auto profile = limited(3, 0);
  const auto violation = loop.open("ann")->start({profile, 4, kStart});
  ASSERT_TRUE(violation.has_value());
  EXPECT_EQ(violation->hint, "Send fewer statements in one message.");
}

TEST(ClientAdmission, CountsASessionOnceHoweverMuchItRuns) {
  Loop loop;
  const auto profile = limited(0, 1);
  const auto first = loop.open("ann"), second = loop.open("ann");
  EXPECT_FALSE(first->start({profile, 1, kStart}));
  EXPECT_FALSE(first->start({profile, 1, kStart}));
  const auto violation = second->start({profile, 1, kStart});
  ASSERT_TRUE(violation.has_value());
  EXPECT_EQ(violation->rule, "limits.running_statements");
  first->stop();
  EXPECT_FALSE(second->start({profile, 1, kStart}));
}

TEST(ClientAdmission, CountsNothingOfWhatItRefuses) {
  Loop loop;
  const auto busy = loop.open("ann"), refused = loop.open("ann");
  EXPECT_FALSE(busy->start({limited(0, 1), 1, kStart}));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(refused->start({limited(5, 1), 1, kStart}));
  EXPECT_EQ(loop.accounts.sum(kStart).started, 1u);
  EXPECT_EQ(loop.accounts.sum(kStart).running, 1u);
}

TEST(ClientAdmission, ForgetsUsersWhoDoNothingAnyMore) {
  Loop loop;
  const auto profile = limited(3, 3);
  for (int i = 0; i < 1'000; ++i) {
    const TimePoint now = kStart + i * 1s;
    EXPECT_FALSE(loop.open("user" + std::to_string(i))->start({profile, 1, now}));
  }
  EXPECT_LT(loop.accounts.size(), 200u);
}

// Sessions that come, start, stop and vanish at random, some under other limits by a reload.
TEST(ClientAdmission, NeverLosesACount) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    Loop loop;
    std::vector<std::unique_ptr<ClientAdmission>> sessions;
    TimePoint now = kStart;
    for (int i = 0; i < 500; ++i) {
      now += std::chrono::milliseconds(random() % 500);
      const std::size_t at = sessions.empty() ? 0 : random() % sessions.size();
      switch (random() % 5) {
        case 0: sessions.push_back(loop.open(random() % 2 == 0 ? "ann" : "bob")); break;
        case 1:
          if (!sessions.empty()) {
            sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(at));
          }
          break;
        case 2:
          if (!sessions.empty()) sessions[at]->stop();
          break;
        default:
          if (!sessions.empty()) {
            sessions[at]->start({limited(random() % 30, random() % 4), 1 + random() % 3, now});
          }
      }
      ASSERT_LE(loop.accounts.sum(now).running, sessions.size()) << "seed " << seed;
    }
    sessions.clear();
    EXPECT_EQ(loop.accounts.sum(now).running, 0u) << "seed " << seed;
    EXPECT_EQ(loop.accounts.sum(now + 61s).started, 0u) << "seed " << seed;
  }
}

TEST(ClientAdmission, FollowsWhatIsDeniedMeanwhile) {
  using Kind = admin::Target::Kind;
  Loop loop;
  const auto ann = loop.open("ann"), bob = loop.open("bob");
  EXPECT_FALSE(ann->denial(1));
  const admin::Target user{.kind = Kind::User, .user = "ann"};
  loop.denials.deny({.target = user, .reason = "leak"});
  const auto denial = ann->denial(1);
  ASSERT_TRUE(denial.has_value());
  EXPECT_EQ(denial->code, policy::ErrorCode::AccessDenied);
  EXPECT_EQ(denial->rule, "denied at run time");
  EXPECT_TRUE(denial->message.ends_with(": leak")) << denial->message;
  EXPECT_FALSE(bob->denial(1));
  EXPECT_TRUE(loop.open("ann")->denial_of_login());
  loop.denials.allow(user);
  EXPECT_FALSE(ann->denial(1));
  loop.denials.deny({.target = {.kind = Kind::Fingerprint, .fingerprint = 7}});
  EXPECT_TRUE(bob->denial(7));
  EXPECT_FALSE(bob->denial(8));
  EXPECT_FALSE(loop.open("bob")->denial_of_login());
}

}  // namespace
}  // namespace gateway::relay
