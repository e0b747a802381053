// SPDX-License-Identifier: Apache-2.0
// Rows that the verdict on their statement did not foresee: the schema changed beneath it.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rules/access.h"
#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

namespace catalog = policy::catalog;
using namespace wire;

constexpr catalog::Oid kUsers = 16500, kOrders = 16600, kHidden = 16700;
constexpr Origin kId{kUsers, 1}, kEmail{kUsers, 2}, kSsn{kUsers, 3};

struct Table {
  std::string_view name;
  catalog::Oid oid;
};

// Tables of (id, email, ssn); users.ssn and hidden are denied.
policy::Profile with_tables(const std::vector<Table>& tables) {
  static std::uint64_t epoch = 100;
  catalog::Rows rows{.server_major = 15};
  rows.schemas.push_back({.oid = 2200, .name = rows.keep("public")});
  rows.types.push_back({.oid = 25, .schema = 2200, .name = rows.keep("text"), .category = 'S'});
  for (const auto& [name, oid] : tables) {
    catalog::Relation table{.oid = oid, .schema = 2200, .name = rows.keep(name)};
    for (const std::string_view column : {"id", "email", "ssn"}) {
      const auto number = static_cast<std::int16_t>(table.columns.size() + 1);
      table.columns.push_back({.name = rows.keep(column), .type = 25, .number = number});
    }
    rows.relations.push_back(std::move(table));
  }
  policy::AccessPolicy policy{.columns = {.denied = {"users.ssn"}}};
  policy.tables.denied = {"hidden"};
  return {.mode = policy::Mode::Balanced,
          .access = std::make_shared<const policy::Access>(
              std::move(policy), std::make_shared<const catalog::Snapshot>(std::move(rows)),
              std::vector<std::string>{"public"}),
          .epoch = ++epoch};
}

policy::Profile rules() { return with_tables({{"users", kUsers}, {"hidden", kHidden}}); }

policy::Standing standing(policy::Profile profile) {
  return {std::make_shared<const policy::Profile>(std::move(profile))};
}

std::string answer(std::initializer_list<Origin> origins) {
  return described(origins) + row("123-45-6789") + complete("SELECT 1") + ready('I');
}

void expect_ended(const Talk& talk) {
  EXPECT_EQ(outline(talk.to_client), "E42501");
  EXPECT_TRUE(talk.to_client.contains("FATAL"));
  EXPECT_FALSE(talk.to_client.contains("123-45"));
  EXPECT_EQ(talk.closed, CloseReason::DeniedRows);
}

TEST(RowGuard, PassesWhatIsReadable) {
  for (const Origin origin : {kId, kEmail, Origin{}, Origin{kUsers, -1}}) {
    Talk talk(rules());
    talk.attach().client(query("SELECT email FROM users")).server(answer({kId, origin}));
    EXPECT_EQ(outline(talk.to_client), "T D C ZI") << origin.relation << '.' << origin.column;
    EXPECT_FALSE(talk.closed);
  }
}

TEST(RowGuard, EndsTheSessionAtADeniedColumn) {
  for (const Origin origin : {kSsn, Origin{kUsers, 0}, Origin{kHidden, 1}, Origin{kHidden, -1}}) {
    Talk talk(rules());
    talk.attach().client(query("SELECT id, email FROM users")).server(answer({kId, origin}));
    expect_ended(talk);
    EXPECT_EQ(talk.ledger.ended_by, "COLUMN_ACCESS_DENIED");
    EXPECT_TRUE(talk.ledger.open.empty());
    EXPECT_TRUE(talk.catalog_changed);
  }
}

TEST(RowGuard, LooksAtEveryAnswerOfAQuery) {
  Talk talk(rules());
  talk.attach().client(query("SELECT id FROM users; SELECT email FROM users; SELECT 1"));
  talk.server(described({kId}) + row("1") + complete("SELECT 1")).forget();
  talk.server(answer({kSsn}));
  expect_ended(talk);
}

TEST(RowGuard, DescribesWhatTheClientDoesNot) {
  Talk talk(rules());
  talk.attach().client(parse("s", "SELECT email FROM users") + wire::sync());
  talk.server(frame('1', "") + ready('I')).forget();
  for (int i = 0; i < 2; ++i) {
    talk.client(wire::bind("", "s") + execute("") + wire::sync());
    EXPECT_EQ(talk.to_server, wire::bind("", "s") + describe('P', "") + execute("") + wire::sync());
    talk.forget().server(frame('2', "") + answer({kEmail}));
    EXPECT_EQ(outline(talk.to_client), "2 D C ZI");
    talk.forget();
  }
  talk.client(wire::bind("", "s") + execute("") + wire::sync()).server(frame('2', "")).forget();
  talk.server(answer({kSsn}));
  expect_ended(talk);
}

TEST(RowGuard, TakesTheClientsOwnDescription) {
  Talk talk(rules());
  const std::string run = parse("", "SELECT email FROM users") + wire::bind("p", "") +
                          describe('P', "p") + wire::flush() + execute("p") + wire::sync();
  talk.attach().client(run);
  EXPECT_TRUE(talk.to_server.ends_with(run));
  talk.server(frame('1', "") + frame('2', "")).forget();
  talk.server(answer({kSsn}));
  expect_ended(talk);
}

TEST(RowGuard, TakesNoDescriptionOfAnotherTime) {
  Talk talk(rules());
  const std::string before = parse("", "SELECT email FROM users") + wire::bind("p", "") +
                             describe('P', "p") + describe('P', "p") + parse("x", "SELECT 1");
  talk.attach().client(before + execute("p"));
  EXPECT_TRUE(talk.to_server.ends_with(describe('P', "p") + execute("p")));
  EXPECT_TRUE(talk.to_server.ends_with(before + describe('P', "p") + execute("p")));
}

TEST(RowGuard, AsksForNoDescriptionWhereThereAreNoRows) {
  for (const std::string_view sql :
       {"BEGIN", "SHOW server_version", "INSERT INTO users (email) VALUES ('x')"}) {
    Talk talk(rules());
    const std::string run = parse("", sql) + wire::bind("", "") + execute("") + wire::sync();
    talk.attach().client(run);
    EXPECT_TRUE(talk.to_server.ends_with(run)) << sql;
  }
}

TEST(RowGuard, LooksAtWhatAWriteReturns) {
  Talk talk(rules());
  talk.attach().client(query("INSERT INTO users (email) VALUES ('x') RETURNING email"));
  talk.server(answer({kSsn}));
  expect_ended(talk);
}

TEST(RowGuard, LooksAtFetchAndExecute) {
  Talk talk(rules());
  talk.attach().client(query("PREPARE p AS SELECT email FROM users"));
  talk.server(complete("PREPARE") + ready('I')).forget();
  talk.client(query("EXECUTE p")).server(answer({kSsn}));
  expect_ended(talk);
}

TEST(RowGuard, HoldsRowsOfWhatIsNotKnownUntilTheCatalogWasLookedAt) {
  Talk talk(rules());
  talk.attach().client(query("SELECT id FROM users"));
  talk.server(answer({{kOrders, 1}}));
  EXPECT_TRUE(talk.session().holds_rows());
  EXPECT_EQ(talk.to_client, "");
  talk.server("");
  EXPECT_EQ(talk.to_client, "");
  talk.session().judge_by(standing(with_tables({{"users", kOrders}, {"hidden", kHidden}})));
  talk.session().look_ended();
  talk.server("");
  EXPECT_EQ(outline(talk.to_client), "T D C ZI");
  EXPECT_FALSE(talk.session().holds_rows());
}

TEST(RowGuard, EndsWhereALookShowsThatItIsDenied) {
  Talk talk(rules());
  talk.attach().client(query("SELECT id FROM users")).server(answer({{kOrders, 3}}));
  talk.session().judge_by(standing(with_tables({{"users", kOrders}})));
  talk.session().look_ended();
  talk.server("");
  expect_ended(talk);
}

TEST(RowGuard, EndsWhereALookDoesNotShowIt) {
  for (const Origin origin : {Origin{kOrders, 1}, Origin{kUsers, 9}}) {
    Talk talk(rules());
    talk.attach().client(query("SELECT id FROM users")).server(answer({origin}));
    EXPECT_TRUE(talk.session().holds_rows());
    talk.session().look_ended();
    talk.server("");
    expect_ended(talk);
  }
}

// Judged by the rules of the time when it was sent: a change since then refuses what comes next.
TEST(RowGuard, LetsPassWhatWasAllowedWhenItWasSent) {
  Talk talk(with_tables({{"users", kUsers}, {"orders", kOrders}}));
  talk.attach().client(query("SELECT id FROM orders"));
  talk.session().judge_by(standing(with_tables({{"users", kUsers}, {"hidden", kOrders}})));
  talk.server(answer({{kOrders, 1}}));
  EXPECT_EQ(outline(talk.to_client), "T D C ZI");
}

TEST(RowGuard, IsOffWhereRulesAreOnlyWarnedOf) {
  policy::Profile profile = rules();
  profile.enforcement = policy::Enforcement::Warn;
  Talk talk(profile);
  talk.attach().client(query("SELECT ssn FROM users")).server(answer({kSsn}));
  EXPECT_EQ(outline(talk.to_client), "T D C ZI");
}

TEST(RowGuard, EndsAtADescriptionThatCannotBeRead) {
  const std::string cut = be16(1) + z("id") + be32(kUsers);
  for (const std::string& body : {cut, be16(0) + "x"}) {
    Talk talk(rules());
    talk.attach().client(query("SELECT id FROM users")).server(frame('T', body));
    EXPECT_EQ(outline(talk.to_client), "E08P01");
    EXPECT_EQ(talk.closed, CloseReason::ServerProtocolViolation);
  }
  Talk talk(rules());
  talk.attach().client(query("SELECT id FROM users")).server('T' + be32(300 * 1024));
  EXPECT_EQ(talk.closed, CloseReason::ServerProtocolViolation);
}

TEST(RowGuard, ReadsTheWidestDescription) {
  Talk talk(rules());
  std::string body = be16(1664);
  for (int i = 0; i < 1664; ++i) {
    body += z(std::string(63, 'n')) + be32(i == 1663 ? kUsers : 0) + be16(i == 1663 ? 3 : 0) +
            std::string(12, '\0');
  }
  talk.attach().client(query("SELECT id FROM users"));
  const std::string all = frame('T', body) + row("123-45-6789");
  for (std::size_t at = 0; at < all.size() && !talk.closed; at += 4096) {
    talk.server(std::string_view(all).substr(at, 4096));
  }
  expect_ended(talk);
}

// What it fails with is what the Execute would have failed with.
TEST(RowGuard, PassesTheErrorOfItsOwnDescription) {
  Talk talk(rules());
  talk.begin().client(parse("", "SELECT email FROM users") + wire::bind("", "") + execute("") +
                      wire::sync());
  talk.server(frame('1', "") + frame('2', "") + error("34000") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "1 2 E34000 ZE");
  EXPECT_TRUE(talk.ledger.open.empty());
  EXPECT_EQ(talk.ledger.fault, "");
}

TEST(RowGuard, LeavesACancelToTheStatementThatItDescribes) {
  Talk talk(rules());
  talk.attach().client(parse("", "SELECT email FROM users") + wire::bind("", "") + execute("") +
                       wire::sync());
  talk.server(frame('1', "") + frame('2', ""));
  EXPECT_EQ(talk.session().cancel(), Session::CancelTarget::Server);
}

}  // namespace
}  // namespace gateway::session
