// SPDX-License-Identifier: Apache-2.0
// What is denied at run time or over a limit is refused like anything else; every start has its
// stop.
#include <gtest/gtest.h>

#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

using namespace wire;

class FakeAdmission final : public Admission {
 public:
  std::optional<policy::Violation> denial(std::uint64_t fingerprint) override {
    const bool is_denied = denies_all || (denied != 0 && fingerprint == denied);
    last_fingerprint = fingerprint;
    if (!is_denied) return std::nullopt;
    return policy::Violation{.code = policy::ErrorCode::AccessDenied, .message = "denied"};
  }
  std::optional<policy::Violation> start(const Start& start) override {
    if (is_full) {
      return policy::Violation{.code = policy::ErrorCode::RateLimitExceeded, .message = "full"};
    }
    started += start.statements;
    is_running = true;
    return std::nullopt;
  }
  void stop() override {
    is_running = false;
    ++stops;
  }

  bool denies_all = false, is_full = false, is_running = false;
  std::uint64_t denied = 0, last_fingerprint = 0;
  std::size_t started = 0, stops = 0;
};

policy::Profile limited() {
  policy::Profile profile{.mode = policy::Mode::Balanced};
  profile.statements_per_minute_max = 1;  // that there is one; the fake decides
  return profile;
}

struct Admitted {
  FakeAdmission admission;
  Talk talk{limited(), 4096, &admission};
};

const std::string kAnswer = complete("SELECT 1") + ready('I');

TEST(Admitting, CountsEachStatementOfAQueryAndNoEndOfATransaction) {
  Admitted at;
  at.talk.client(query("BEGIN; SELECT 1; SELECT 2; COMMIT")).attach().client("");
  EXPECT_EQ(at.admission.started, 3u);
  EXPECT_TRUE(at.admission.is_running);
  at.talk.server(complete("BEGIN") + complete("SELECT 1") + complete("SELECT 1") +
                 complete("COMMIT"));
  EXPECT_TRUE(at.admission.is_running);
  at.talk.server(ready('I'));
  EXPECT_FALSE(at.admission.is_running);
  EXPECT_EQ(at.admission.stops, 1u);
}

TEST(Admitting, CountsExecutesAndNoParse) {
  Admitted at;
  at.talk.client(parse("a", "SELECT 1") + wire::sync()).attach().client("");
  EXPECT_EQ(at.admission.started, 0u);
  at.talk.server(frame('1', "") + ready('I'));
  const std::string run = wire::bind("", "a") + execute("");
  at.talk.client(run + run + wire::sync());
  EXPECT_EQ(at.admission.started, 2u);
  const std::string done = frame('2', "") + complete("SELECT 1");
  at.talk.server(done + done + ready('I'));
  EXPECT_FALSE(at.admission.is_running);
}

TEST(Admitting, CountsAProbe) {
  FakeAdmission admission;
  policy::Profile profile = gated();
  profile.statements_per_minute_max = 1;
  Talk talk(profile, 4096, &admission);
  const std::string heavy = "SELECT 1 AS heavy";
  talk.unbound(heavy).attach().client(parse("", heavy) + wire::bind("", "") + wire::sync());
  EXPECT_EQ(admission.started, 1u);
  admission.is_full = true;
  Talk full(std::move(profile), 4096, &admission);
  full.unbound(heavy).attach().client(query(heavy));
  EXPECT_EQ(full.to_server, "");
  EXPECT_EQ(outline(full.to_client), "E53400 ZI");
}

TEST(Admitting, RefusesAloneWhileIdleAndAbortsAnOpenTransaction) {
  Admitted at;
  at.talk.begin();
  at.admission.is_full = true;
  at.talk.client(query("SELECT 1"));
  EXPECT_EQ(at.talk.to_server, query("'"));
  at.talk.server(error("42601") + ready('E'));
  EXPECT_EQ(outline(at.talk.to_client), "E53400 ZE");
  at.talk.forget().client(query("ROLLBACK"));
  EXPECT_EQ(at.talk.to_server, query("ROLLBACK"));
  at.talk.server(complete("ROLLBACK") + ready('I')).forget();
  at.talk.client(query("SELECT 1"));
  EXPECT_EQ(outline(at.talk.to_client), "E53400 ZI");
  EXPECT_EQ(at.talk.to_server, "");
  EXPECT_EQ(at.talk.ledger.refusals.back(), "RATE_LIMIT_EXCEEDED");
}

TEST(Admitting, RefusesAnExecuteAndLeavesNoNameBehind) {
  Admitted at;
  at.talk.client(query("SELECT 1")).attach().client("").server(kAnswer).forget();
  at.talk.client(parse("", "PREPARE p AS SELECT 1") + wire::bind("", "") + wire::flush());
  at.talk.server(frame('1', "") + frame('2', ""));
  at.admission.is_full = true;
  at.talk.forget().client(execute("") + wire::sync());
  EXPECT_FALSE(at.talk.to_server.contains(execute("")));
  at.talk.server(error("26000") + ready('I'));
  EXPECT_EQ(outline(at.talk.to_client), "E53400 ZI");
  at.admission.is_full = false;
  at.talk.forget().client(query("EXECUTE p"));
  EXPECT_EQ(at.talk.to_server, query("EXECUTE _postern_absent_"));
}

TEST(Admitting, StopsHoweverASessionEnds) {
  for (int how = 0; how < 3; ++how) {
    Admitted at;
    at.talk.client(query("SELECT 1")).attach().client("");
    ASSERT_TRUE(at.admission.is_running);
    if (how == 0) at.talk.server(error("57014") + ready('I'));
    if (how == 1) at.talk.session().abandon({});
    if (how == 2) {
      at.talk.session().on_server_end(at.talk.output());
      at.talk.session().abandon({});
    }
    EXPECT_FALSE(at.admission.is_running) << how;
    EXPECT_EQ(at.admission.stops, 1u) << how;
  }
}

TEST(Admitting, RefusesWhatIsDeniedEvenWhereThePolicyOnlyWarns) {
  for (const auto enforcement : {policy::Enforcement::Enforce, policy::Enforcement::Warn}) {
    FakeAdmission admission;
    admission.denies_all = true;
    Talk talk({.mode = policy::Mode::Balanced, .enforcement = enforcement}, 4096, &admission);
    talk.client(query("SELECT 1") + parse("", "SELECT 1") + wire::sync());
    EXPECT_EQ(outline(talk.to_client), "E42501 ZI E42501 ZI");
    EXPECT_EQ(talk.to_server, "");
    EXPECT_EQ(talk.ledger.refusals.back(), "ACCESS_DENIED");
  }
}

TEST(Admitting, LetsWhoIsDeniedRollBackAndNotCommit) {
  Admitted at;
  at.talk.begin();
  at.admission.denies_all = true;
  at.talk.client(query("COMMIT"));
  EXPECT_EQ(at.talk.to_server, query("'"));
  at.talk.server(error("42601") + ready('E')).forget();
  at.talk.client(query("ROLLBACK"));
  EXPECT_EQ(at.talk.to_server, query("ROLLBACK"));
}

TEST(Admitting, RefusesAPreparedStatementThatWasDeniedSince) {
  Admitted at;
  at.talk.client(parse("a", "SELECT 1") + wire::sync()).attach().client("");
  at.talk.server(frame('1', "") + ready('I')).forget();
  at.admission.denied = at.admission.last_fingerprint;
  ASSERT_NE(at.admission.denied, 0u);
  at.talk.client(wire::bind("", "a") + execute("") + wire::sync());
  EXPECT_EQ(outline(at.talk.to_client), "E42501 ZI");
  at.talk.forget().client(query("SELECT 2"));
  EXPECT_EQ(outline(at.talk.to_client), "E42501 ZI") << "literals do not count";
  at.talk.forget().client(query("SELECT 2, 3"));
  EXPECT_EQ(outline(at.talk.to_client), "");
  EXPECT_EQ(at.talk.to_server, query("SELECT 2, 3"));
}

TEST(Admitting, RefusesAnExecuteOfWhatSqlPrepared) {
  Admitted at;
  at.talk.client(query("PREPARE p AS SELECT 1")).attach().client("");
  at.talk.server(complete("PREPARE") + ready('I')).forget();
  at.admission.denied = at.admission.last_fingerprint;
  at.talk.client(query("EXECUTE p"));
  EXPECT_EQ(outline(at.talk.to_client), "E42501 ZI");
}

}  // namespace
}  // namespace gateway::session
