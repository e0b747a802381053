// SPDX-License-Identifier: Apache-2.0
// A statement that only its plan can bound waits for it: what the server is asked, in what order,
// and what each answer makes of the statement.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

using namespace wire;
using std::chrono::milliseconds;
using Hold = Session::Hold;

constexpr std::string_view kHeavy = "SELECT 1 AS heavy";
const std::string kPrefix = "/* postern plan gate */ EXPLAIN (VERBOSE, FORMAT JSON) ";
const std::string kProbe = query(kPrefix + std::string(kHeavy));
const std::string kName(policy::kPlanName);
// By the client, so that the row guard asks nothing itself.
const std::string kDescribed = describe('P', "");
const std::string kNoRows = frame('n', "");
constexpr int kCheap = 10, kDear = 1'000'000;

std::string answer(int cost, char status = 'I') {
  return frame('T', be16(0)) + plan_row(cost) + complete("EXPLAIN") + ready(status);
}

std::string unit_probe(std::string_view sql = kHeavy, std::string_view value = {}) {
  return parse(kName, kPrefix + std::string(sql)) + wire::bind(kName, kName, value) +
         execute(kName) + wire::close('P', kName) + wire::close('S', kName) + wire::flush();
}

std::string unit_answer(int cost) {
  return frame('1', "") + frame('2', "") + plan_row(cost) + complete("EXPLAIN") + frame('3', "") +
         frame('3', "");
}

std::string unit(std::string_view value = {}) {
  return parse("", kHeavy) + wire::bind("", "", value) + kDescribed + execute("") + wire::sync();
}

class PlanGate : public testing::Test {
 protected:
  PlanGate() { talk.unbound(kHeavy).attach(); }
  Talk talk{gated()};
};

TEST_F(PlanGate, HoldsAQueryUntilItsPlanIsThere) {
  talk.client(query(kHeavy));
  EXPECT_EQ(talk.to_server, kProbe);
  EXPECT_EQ(talk.session().hold(), Hold::Plan);
  EXPECT_TRUE(talk.ledger.allowed.empty());  // nothing is decided yet
  talk.forget().server(answer(kCheap));
  EXPECT_EQ(talk.to_server, query(kHeavy));
  EXPECT_EQ(talk.to_client, "");
  EXPECT_EQ(talk.ledger.plans.back(), PlanCheck::Passed);
  talk.server(complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "C ZI");
  EXPECT_TRUE(talk.session().is_idle());
}

TEST_F(PlanGate, RefusesWhatIsOverALimit) {
  talk.client(query(kHeavy)).forget().server(answer(kDear));
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(outline(talk.to_client), "E54000 ZI");
  EXPECT_EQ(talk.ledger.refusals, std::vector<std::string>{"QUERY_TOO_EXPENSIVE"});
  EXPECT_TRUE(talk.ledger.allowed.empty());
}

TEST_F(PlanGate, AnswersAtEveryCutOfTheServersBytes) {
  const std::string bytes = answer(kDear);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Talk each(gated());
    each.unbound(kHeavy).attach().client(query(kHeavy));
    each.server(bytes.substr(0, cut)).server(bytes.substr(cut));
    ASSERT_EQ(outline(each.to_client), "E54000 ZI") << cut;
  }
}

TEST_F(PlanGate, AsksOnceForWhatItKnows) {
  talk.client(query(kHeavy)).server(answer(kCheap)).server(complete("SELECT 1") + ready('I'));
  talk.forget().client(query(kHeavy));
  EXPECT_EQ(talk.to_server, query(kHeavy));
  talk.server(complete("SELECT 1") + ready('I')).forget().tick(milliseconds(60'000));
  talk.client(query(kHeavy));
  EXPECT_EQ(talk.to_server, kProbe);  // it is too old
}

TEST_F(PlanGate, WaitsForWhatIsOutstandingBeforeItAsks) {
  talk.client(query("SELECT 2") + query(kHeavy));
  EXPECT_EQ(talk.to_server, query("SELECT 2"));
  EXPECT_EQ(talk.session().hold(), Hold::Replies);
  talk.forget().server(complete("SELECT 1") + ready('I'));
  EXPECT_EQ(talk.to_server, kProbe);
}

TEST_F(PlanGate, AbortsTheTransactionOfWhatItRefuses) {
  talk.begin().client(query(kHeavy)).forget().server(answer(kDear, 'T'));
  EXPECT_EQ(talk.to_server, query("'"));
  talk.server(error("42601") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E54000 ZE");
}

TEST_F(PlanGate, LetsNobodyFetchWhatAPortalExecutes) {
  talk.begin().client(query("PREPARE q AS " + std::string(kHeavy)));
  talk.server(complete("PREPARE") + ready('T'));
  talk.client(parse("p", "EXECUTE q") + wire::bind("c", "p") + wire::sync());
  talk.server(frame('1', "") + frame('2', "") + ready('T')).forget();
  talk.client(query("FETCH ALL FROM c"));
  EXPECT_EQ(talk.to_server, query("'"));
  talk.server(error("42601") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E0A000 ZE");
}

TEST_F(PlanGate, LetsNoFailurePassThatTheClientsTimeoutsBringAbout) {
  for (const std::string_view state : {"57014", "55P03", "22012"}) {
    policy::Profile profile = gated();
    profile.plan->on_error = policy::OnPlanError::Allow;
    Talk each(std::move(profile));
    each.unbound(kHeavy).attach().client(query(kHeavy));
    each.forget().server(error(state) + ready('I'));
    EXPECT_EQ(each.to_server, state == "22012" ? query(kHeavy) : "") << state;
  }
}

TEST_F(PlanGate, TellsTheServersErrorInItsPlace) {
  talk.client(query(kHeavy)).server(error("22012") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "E22012 ZI");
  EXPECT_EQ(talk.ledger.refused, 1u);
  EXPECT_EQ(talk.ledger.refused_as, "the server could not plan the statement|22012|told");
  talk.forget().begin().client(query(kHeavy)).server(error("22012") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E22012 ZE");
  talk.forget().client(query(kHeavy));  // the transaction is aborted: as ever
  EXPECT_EQ(talk.to_server, query(kHeavy));
}

TEST_F(PlanGate, PlacesTheServersErrorInTheClientsText) {
  const std::string text = "SELECT 2; SELECT 1 AS heavy";
  talk.client(query(" ")).server(frame('I', "") + ready('I')).forget();
  Talk other(gated());
  other.unbound(text).attach().client(query(text)).server(answer(kCheap)).forget();
  // The second statement: its probe's first character is the client's eleventh.
  const std::string fields = z("SERROR") + z("VERROR") + z("C42703") + z("Mno") +
                             z("P" + std::to_string(kPrefix.size() + 1)) + '\0';
  other.server(frame('E', fields) + ready('I'));
  EXPECT_TRUE(other.to_client.contains(z("P11"))) << other.to_client;
}

TEST(PlanGateOnError, LetsPassWhereItShallOutsideATransaction) {
  Talk talk(gated({.on_error = policy::OnPlanError::Allow}));
  talk.unbound(kHeavy).attach().client(query(kHeavy)).forget();
  talk.server(error("22012") + ready('I'));
  EXPECT_EQ(talk.to_server, query(kHeavy));
  EXPECT_EQ(talk.ledger.plans.back(), PlanCheck::Warned);
  talk.server(complete("SELECT 1") + ready('I')).forget();
  talk.begin().client(query(kHeavy)).forget().server(error("22012") + ready('E'));
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(outline(talk.to_client), "E22012 ZE");
}

TEST(PlanGateWarning, LetsPassAndTells) {
  policy::Profile profile = gated();
  profile.enforcement = policy::Enforcement::Warn;
  Talk talk(std::move(profile));
  talk.unbound(kHeavy).attach().client(query(kHeavy)).forget().server(answer(kDear));
  EXPECT_EQ(talk.to_server, query(kHeavy));
  EXPECT_EQ(talk.ledger.plans.back(), PlanCheck::Warned);
  talk.server(complete("SELECT 1") + ready('I')).forget();
  // Of a portal the warning is told where it runs: the Parse is a decision, the Execute another.
  talk.client(unit()).server(frame('1', "") + unit_answer(kDear));
  talk.server(frame('2', "") + kNoRows + complete("SELECT 1") + ready('I'));
  EXPECT_EQ(talk.ledger.plans.back(), PlanCheck::Warned);
  EXPECT_EQ(talk.ledger.fault, "");
  EXPECT_TRUE(talk.ledger.open.empty());
}

TEST(PlanGateWarning, IsToldOfWhatSqlPreparedBehindAnotherStatement) {
  const std::string text = "BEGIN; PREPARE p AS SELECT 1 AS heavy; COMMIT";
  policy::Profile profile = gated();
  profile.enforcement = policy::Enforcement::Warn;
  Talk talk(std::move(profile));
  talk.unbound(text).attach().client(query(text));
  talk.server(complete("BEGIN") + complete("PREPARE") + complete("COMMIT") + ready('I')).forget();
  talk.client(wire::bind("", "p") + kDescribed + execute("") + wire::sync());
  EXPECT_EQ(talk.to_server, wire::bind("", "p") + kDescribed + execute("") + wire::sync());
  talk.server(frame('2', "") + kNoRows + complete("SELECT 1") + ready('I'));
  EXPECT_EQ(talk.ledger.plans.back(), PlanCheck::Warned);
  EXPECT_EQ(talk.ledger.fault, "");
}

TEST_F(PlanGate, RefusesWhatIsNoPlan) {
  for (const std::string& rows :
       {std::string(), frame('D', be16(0)), frame('D', be16(1) + be32(2) + "[]") + plan_row(1)}) {
    Talk each(gated());
    each.unbound(kHeavy).attach().client(query(kHeavy));
    each.server(frame('T', be16(0)) + rows + complete("EXPLAIN") + ready('I'));
    EXPECT_EQ(outline(each.to_client), "E54000 ZI");
  }
}

TEST_F(PlanGate, BoundsTheAnswer) {
  talk.client(query(kHeavy));
  const std::string text(1 << 20, ' ');
  const std::string row =
      frame('D', be16(1) + be32(static_cast<std::uint32_t>(text.size())) + text);
  for (int i = 0; i < 8; ++i) talk.server(row);
  talk.server(complete("EXPLAIN") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "E54000 ZI");
}

TEST_F(PlanGate, AsksForEachStatementOfAQuery) {
  const std::string text = "BEGIN; SELECT 1; SELECT 2; COMMIT";
  talk.unbound(text).client(query(text));
  EXPECT_EQ(talk.to_server, query(kPrefix + "SELECT 1"));
  talk.forget().server(answer(kCheap));
  EXPECT_EQ(talk.to_server, query(kPrefix + "SELECT 2"));
  talk.forget().server(answer(kCheap));
  EXPECT_EQ(talk.to_server, query(text));
}

TEST_F(PlanGate, RefusesAQueryForOneOfItsStatements) {
  const std::string text = "BEGIN; SELECT 1; SELECT 2; COMMIT";
  talk.unbound(text).client(query(text)).server(answer(kCheap)).forget().server(answer(kDear));
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(outline(talk.to_client), "E54000 ZI");
}

TEST_F(PlanGate, RefusesWhatCannotBeAskedInOrder) {
  for (const std::string text : {"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1",
                                 "COMMIT; SELECT 1", "PREPARE p AS SELECT 1; EXECUTE p"}) {
    Talk each(gated());
    each.unbound(text).attach().begin().client(query(text));
    EXPECT_EQ(each.to_server, query("'")) << text;  // and nothing was asked
    each.server(error("42601") + ready('E'));
    EXPECT_EQ(outline(each.to_client), "E54000 ZE");
  }
}

TEST_F(PlanGate, AsksBeforeSettingsOfATransactionThatIsNotOpenYet) {
  const std::string text = "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1";
  talk.unbound(text).client(query(text));
  EXPECT_EQ(talk.to_server, query(kPrefix + "SELECT 1"));
}

TEST_F(PlanGate, AsksInsideTheUnitOfABind) {
  talk.client(unit("7"));
  EXPECT_EQ(talk.to_server, parse("", kHeavy) + unit_probe(kHeavy, "7"));
  EXPECT_EQ(talk.session().hold(), Hold::Plan);
  talk.forget().server(frame('1', "") + unit_answer(kCheap));
  EXPECT_EQ(talk.to_server, wire::bind("", "", "7") + kDescribed + execute("") + wire::sync());
  talk.server(frame('2', "") + kNoRows + complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "1 2 n C ZI");
  EXPECT_EQ(talk.ledger.fault, "");
}

TEST_F(PlanGate, WaitsForTheValuesOfABind) {
  const std::string bytes = unit("some value");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Talk each(gated());
    each.unbound(kHeavy).attach().client(bytes.substr(0, cut)).client(bytes.substr(cut));
    ASSERT_EQ(each.to_server, parse("", kHeavy) + unit_probe(kHeavy, "some value")) << cut;
  }
}

TEST_F(PlanGate, RefusesABindByItsValues) {
  talk.client(parse("a", kHeavy) + wire::sync());
  talk.server(frame('1', "") + ready('I')).forget();
  talk.client(wire::bind("", "a", "1") + kDescribed + execute("") + wire::sync())
      .server(unit_answer(kCheap));
  talk.server(frame('2', "") + kNoRows + complete("SELECT 1") + ready('I')).forget();
  talk.client(wire::bind("", "a", "2") + kDescribed + execute("") + wire::sync());
  EXPECT_EQ(talk.to_server, unit_probe(kHeavy, "2"));
  talk.forget().server(unit_answer(kDear));
  EXPECT_EQ(talk.to_server, wire::bind("", std::string(policy::kReservedName)) + wire::sync());
  talk.server(error("26000") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "E54000 ZI");
  talk.forget().client(wire::bind("", "a", "1") + kDescribed + execute("") + wire::sync());
  EXPECT_EQ(talk.to_server, wire::bind("", "a", "1") + kDescribed + execute("") + wire::sync());
}

TEST_F(PlanGate, AnswersABindWithTheServersError) {
  talk.client(unit("x") + query("SELECT 2")).forget();
  talk.server(frame('1', "") + frame('1', "") + error("22P02"));
  EXPECT_EQ(outline(talk.to_client), "1 E22P02");
  EXPECT_EQ(talk.ledger.refused_as, "the server could not plan the statement|22P02|told");
  EXPECT_EQ(talk.to_server, wire::sync() + query("SELECT 2"));  // it skips up to the Sync
  talk.server(ready('I') + complete("SELECT 1") + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "1 E22P02 ZI C ZI");
  EXPECT_EQ(talk.ledger.fault, "");
  EXPECT_TRUE(talk.ledger.open.empty());
  // What the failed probe left behind goes before the next one.
  talk.forget().client(unit("y"));
  EXPECT_EQ(talk.to_server, parse("", kHeavy) + wire::close('P', kName) + wire::close('S', kName) +
                                unit_probe(kHeavy, "y"));
}

TEST_F(PlanGate, IsSkippedBehindAnErrorOfItsUnit) {
  talk.client(unit("x")).forget().server(error("42P01"));
  EXPECT_EQ(outline(talk.to_client), "E42P01");
  EXPECT_EQ(talk.to_server, wire::sync());
  talk.server(ready('I'));
  EXPECT_TRUE(talk.session().is_idle());
  EXPECT_EQ(talk.ledger.fault, "");
}

TEST_F(PlanGate, AsksForAnExecuteByWhatItsNameStandsFor) {
  talk.unbound("PREPARE p AS SELECT 1").unbound("EXECUTE p");
  talk.client(query("PREPARE p AS SELECT 1"));
  EXPECT_EQ(talk.to_server, query("PREPARE p AS SELECT 1"));  // makes no plan yet
  talk.server(complete("PREPARE") + ready('I')).forget();
  talk.client(query("EXECUTE p"));
  EXPECT_EQ(talk.to_server, query(kPrefix + "EXECUTE p"));
  talk.server(answer(kDear));
  EXPECT_EQ(outline(talk.to_client), "E54000 ZI");
}

// An Execute runs what the name stands for by then, not at its Bind.
TEST_F(PlanGate, AsksForAnExecuteOfAnExecuteWhereItRuns) {
  talk.unbound("EXECUTE p");
  talk.client(parse("p", "SELECT 2") + parse("", "EXECUTE p") + wire::bind("", "") +
              wire::close('S', "p") + parse("p", kHeavy) + execute("") + wire::sync());
  EXPECT_TRUE(talk.to_server.ends_with(parse("p", kHeavy) + unit_probe("EXECUTE p")));
  EXPECT_EQ(talk.session().hold(), Hold::Plan);
}

TEST_F(PlanGate, CancelsAProbeThatTakesTooLong) {
  talk.client(query(kHeavy)).tick(milliseconds(0)).tick(milliseconds(4'900));
  EXPECT_FALSE(talk.cancels);
  talk.tick(milliseconds(5'000));
  EXPECT_TRUE(talk.cancels);
  talk.server(error("57014") + ready('I'));
  EXPECT_EQ(talk.to_client, "");  // nothing else may be hit by the cancel
  talk.session().cancel_ended();
  talk.client("");
  EXPECT_EQ(outline(talk.to_client), "E54000 ZI");
  EXPECT_TRUE(talk.to_client.contains("could not be planned within 5000 ms"));
}

TEST_F(PlanGate, CancelsAProbeOfAUnitThatTakesTooLong) {
  talk.client(unit()).server(frame('1', "")).tick(milliseconds(1)).tick(milliseconds(5'001));
  EXPECT_TRUE(talk.cancels);
  talk.forget().server(frame('1', "") + frame('2', "") + error("57014"));
  EXPECT_EQ(outline(talk.to_client), "E54000");
  talk.session().cancel_ended();
  talk.client("");
  EXPECT_EQ(talk.to_server, wire::sync());
}

TEST_F(PlanGate, EndsWithAClientsCancelWhateverTheServerSays) {
  for (const std::string& reply : {answer(kCheap), error("57014") + ready('I')}) {
    Talk each(gated());
    each.unbound(kHeavy).attach().client(query(kHeavy)).forget();
    EXPECT_EQ(each.session().cancel(), Session::CancelTarget::Server);
    each.server(reply);
    EXPECT_TRUE(each.to_client.contains(z("C57014")));
    EXPECT_TRUE(each.to_client.ends_with(ready('I')));
    EXPECT_EQ(each.to_server, "");
  }
}

TEST_F(PlanGate, ReservesItsName) {
  talk.client(parse(kName, "SELECT 2") + wire::sync());
  EXPECT_EQ(outline(talk.to_client), "E42939 ZI");
  talk.forget().client(query("PREPARE " + kName + " AS SELECT 2"));
  EXPECT_EQ(talk.to_server, "");
}

// By another type of its parameter it is another statement.
TEST_F(PlanGate, AsksAgainForAnExecuteOfOtherTypes) {
  const auto typed = [](std::uint32_t type) {
    return frame('P', z("p") + z(kHeavy) + be16(1) + be32(type));
  };
  const std::vector<std::uint32_t> int4{23}, numeric{1700};
  talk.unbound(kHeavy, int4).unbound(kHeavy, numeric).unbound("EXECUTE p");
  talk.client(typed(23) + wire::sync()).server(frame('1', "") + ready('I'));
  talk.client(query("EXECUTE p")).server(answer(kCheap)).server(complete("SELECT 1") + ready('I'));
  talk.client(wire::close('S', "p") + typed(1700) + wire::sync());
  talk.server(frame('3', "") + frame('1', "") + ready('I')).forget();
  talk.client(query("EXECUTE p"));
  EXPECT_EQ(talk.to_server, query(kPrefix + "EXECUTE p"));
}

// A change that may be taken back is no ground for a plan that others believe.
TEST_F(PlanGate, AsksAgainOnceATransactionThatChangedASettingIsOver) {
  policy::Profile profile = gated();
  profile.allowed_gucs = {"work_mem"};
  for (const std::string end : {"ROLLBACK", "COMMIT"}) {
    Talk each(profile);
    each.unbound(kHeavy).attach().begin();
    each.client(query("SET LOCAL work_mem = '1MB'")).server(complete("SET") + ready('T'));
    each.client(query(kHeavy)).server(answer(kCheap, 'T'));
    each.server(complete("SELECT 1") + ready('T'));
    each.client(query(end)).server(complete(end) + ready('I')).forget();
    each.client(query(kHeavy));
    EXPECT_EQ(each.to_server, kProbe) << end;
  }
}

TEST_F(PlanGate, KeepsNoPlanBehindASettingThatItMayDependOn) {
  talk.client(query(kHeavy)).server(answer(kCheap)).server(complete("SELECT 1") + ready('I'));
  policy::Profile profile = gated();
  profile.allowed_gucs = {"work_mem"};
  Talk other(std::move(profile));
  other.unbound(kHeavy).unbound("SET work_mem = '1MB'").attach();
  other.client(query(kHeavy)).server(answer(kCheap)).server(complete("SELECT 1") + ready('I'));
  other.client(query("SET work_mem = '1MB'")).server(complete("SET") + ready('I')).forget();
  other.client(query(kHeavy));
  EXPECT_EQ(other.to_server, kProbe);
}

}  // namespace
}  // namespace gateway::session
