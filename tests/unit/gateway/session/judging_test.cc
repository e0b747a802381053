// SPDX-License-Identifier: Apache-2.0
// What a statement is judged by, and when: epochs, texts judged elsewhere, catalogs that changed.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "policy/rules/access.h"
#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

namespace catalog = policy::catalog;
using namespace wire;
using Hold = Session::Hold;

std::string function_call(std::uint32_t oid) {
  return frame('F', be32(oid) + be16(0) + be16(0) + be16(1));
}

policy::Standing standing(policy::Profile profile, std::string unavailable = {}) {
  static std::uint64_t epoch = 100;
  profile.epoch = ++epoch;
  return {std::make_shared<const policy::Profile>(std::move(profile)), std::move(unavailable)};
}

policy::Standing read_only() { return standing({.mode = policy::Mode::ReadOnly}); }

// public.users (id, ssn), where columns are as `columns` says; `more` is a table more.
policy::Profile with_catalog(policy::ColumnRules columns = {.denied = {"users.ssn"}},
                             std::string_view more = {}) {
  catalog::Rows rows{.server_major = 15};
  rows.schemas.push_back({.oid = 2200, .name = rows.keep("public")});
  rows.types.push_back({.oid = 25, .schema = 2200, .name = rows.keep("text"), .category = 'S'});
  const auto add = [&](std::string_view name, catalog::Oid oid) {
    catalog::Relation table{.oid = oid, .schema = 2200, .name = rows.keep(name)};
    for (const std::string_view column : {"id", "ssn"}) {
      const auto number = static_cast<std::int16_t>(table.columns.size() + 1);
      table.columns.push_back({.name = rows.keep(column), .type = 25, .number = number});
    }
    rows.relations.push_back(std::move(table));
  };
  add("users", 16500);
  if (!more.empty()) add(more, 16600);
  return {.mode = policy::Mode::Permissive,
          .access = std::make_shared<const policy::Access>(
              policy::AccessPolicy{.columns = std::move(columns)},
              std::make_shared<const catalog::Snapshot>(std::move(rows)),
              std::vector<std::string>{"public"})};
}

TEST(Judging, OfAPreparedStatementIsRepeatedWhenThePolicyChanged) {
  Talk talk;
  talk.attach().client(parse("a", "INSERT INTO t VALUES (1)") + wire::sync());
  talk.server(frame('1', "") + ready('I')).forget();
  talk.session().judge_by(read_only());
  talk.client(wire::bind("", "a") + execute("") + wire::sync());
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
}

// The cache has one verdict for texts that differ in such literals; each is recorded as itself.
TEST(Judging, OfTextsThatDifferInLiteralsRecordsEach) {
  Talk talk;
  talk.attach();
  for (const std::string sql : {"SELECT a FROM t WHERE b = 12", "SELECT a FROM t WHERE b = 34",
                                "SELECT a FROM t WHERE b = 5", "SELECT a FROM t WHERE b = 678"}) {
    talk.client(query(" " + sql + " ;"));
    EXPECT_TRUE(talk.ledger.allowed.contains(sql));
    EXPECT_TRUE(talk.to_server.contains(sql));
    talk.server(complete("SELECT 1") + ready('I')).forget();
  }
  EXPECT_EQ(talk.ledger.fault, "");
}

TEST(Judging, OfAPortalIsRepeatedWhenThePolicyChanged) {
  Talk talk;
  talk.begin().client(parse("a", "INSERT INTO t VALUES (1)") + wire::bind("p", "a") + wire::sync());
  talk.server(frame('1', "") + frame('2', "") + ready('T')).forget();
  talk.session().judge_by(read_only());
  talk.client(execute("p") + wire::sync());
  EXPECT_FALSE(talk.to_server.contains(execute("p")));
  talk.server(error("34000") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E42501 ZE");
}

TEST(Judging, OfWhatExecuteNamesIsRepeatedWhenThePolicyChanged) {
  Talk talk;
  talk.attach().client(query("SELECT 1; PREPARE a AS INSERT INTO t VALUES (1)"));
  talk.server(complete("SELECT 1") + complete("PREPARE") + ready('I')).forget();
  talk.session().judge_by(read_only());
  talk.client(query("EXECUTE a"));
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
}

// What a refused Query would have made of names must not be believed: it was never sent.
TEST(Judging, OfARefusedQuerySettlesNothingOfIt) {
  for (const std::string_view before : {"PREPARE a AS SELECT 1", "SELECT 1; PREPARE a AS SELECT 1",
                                        "DEALLOCATE a", "SELECT 1; DEALLOCATE a"}) {
    Talk talk(with_catalog({}));
    talk.attach().client(query("PREPARE a AS SELECT ssn FROM users"));
    talk.server(complete("PREPARE") + ready('I'))
        .client(query("PREPARE c AS SELECT ssn FROM users"));
    talk.server(complete("PREPARE") + ready('I'));
    talk.session().judge_by(standing(with_catalog()));
    talk.client(query(std::string(before) + "; EXECUTE c")).forget();
    talk.client(query("EXECUTE a"));
    EXPECT_EQ(talk.to_server, "") << before;
    EXPECT_EQ(outline(talk.to_client), "E42501 ZI") << before;
  }
}

TEST(Judging, OfWhatAnExecutedStatementExecutesIsRepeated) {
  Talk talk(with_catalog({}));
  talk.attach().client(query("PREPARE c AS SELECT ssn FROM users"));
  talk.server(complete("PREPARE") + ready('I')).client(parse("p", "EXECUTE c") + wire::sync());
  talk.server(frame('1', "") + ready('I')).forget();
  talk.session().judge_by(standing(with_catalog()));
  talk.client(query("EXECUTE p"));
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
}

TEST(Judging, OfACursorIsRepeatedWhenTheCatalogChanged) {
  Talk talk(with_catalog({}));
  talk.begin().client(query("DECLARE c CURSOR FOR SELECT ssn FROM users"));
  talk.server(complete("DECLARE CURSOR") + ready('T')).forget();
  talk.session().judge_by(standing(with_catalog()));
  talk.client(query("FETCH c"));
  EXPECT_EQ(talk.to_server, query("'"));
}

// ROLLBACK TO an older savepoint leaves it where it was.
TEST(Judging, OfACursorThatOutlivesItsTransactionIsNotForgotten) {
  Talk talk(with_catalog({}));
  talk.begin().client(query("DECLARE c CURSOR WITH HOLD FOR SELECT ssn FROM users"));
  talk.server(complete("DECLARE CURSOR") + ready('T'));
  talk.client(query("ROLLBACK TO s")).server(complete("ROLLBACK") + ready('T'));
  talk.client(query("COMMIT")).server(complete("COMMIT") + ready('I')).forget();
  talk.session().judge_by(standing(with_catalog()));
  talk.client(query("FETCH c"));
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
  EXPECT_EQ(talk.to_server, "");
}

TEST(Judging, EndsWithTheSearchPathThatItWasBy) {
  policy::Profile profile = with_catalog();
  profile.search_path = "public";
  for (const std::string_view path : {"public", "", "\"\"", "hidden, public"}) {
    Talk talk(profile);
    talk.attach().client(query("SELECT id FROM users"));
    talk.server(frame('S', z("search_path") + z(path)));
    EXPECT_EQ(talk.closed.has_value(), path.starts_with("hidden")) << path;
  }
}

TEST(CatalogMiss, WaitsForWhatTheSessionItselfIsChanging) {
  Talk talk(with_catalog());
  talk.attach().client(query("CREATE TABLE orders (id text)") + query("SELECT id FROM orders"));
  EXPECT_EQ(talk.session().hold(), Hold::Replies);
  talk.server(complete("CREATE TABLE") + ready('I'));
  EXPECT_EQ(talk.session().hold(), Hold::Catalog);
}

TEST(Judging, LetsPassAgainWhatIsStillAllowed) {
  Talk talk;
  talk.attach().client(parse("a", "SELECT 1") + wire::sync());
  talk.server(frame('1', "") + ready('I')).forget();
  talk.session().judge_by(read_only());
  const std::string run = wire::bind("", "a") + execute("") + wire::sync();
  talk.client(run);
  EXPECT_EQ(talk.to_server, run);
}

TEST(Judging, RefusesAllButTheEndOfATransactionWhileThereIsNoCatalog) {
  Talk talk;
  talk.begin();
  talk.session().judge_by(standing({}, "the server is away"));
  talk.client(query("SELECT 1"));
  EXPECT_EQ(talk.to_server, query("'"));
  talk.server(error("42601") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E08006 ZE");
  EXPECT_TRUE(talk.to_client.contains("the server is away"));
  talk.forget().client(query("ROLLBACK"));
  EXPECT_EQ(talk.to_server, query("ROLLBACK"));
}

std::string long_text(std::string_view statement) {
  return std::string(statement) + " -- " + std::string(9000, 'x');
}

class JudgedElsewhere : public testing::Test {
 protected:
  JudgedElsewhere() { talk.attach(); }
  void answer() {
    const auto inquiry = talk.session().inquiry();
    ASSERT_NE(inquiry, nullptr);
    const auto verdict =
        std::make_shared<const policy::Verdict>(policy::judge(inquiry->question()));
    talk.session().on_verdict(inquiry, verdict);
    talk.client("");
  }
  Talk talk{policy::Profile{.mode = policy::Mode::Balanced, .max_statement_bytes = 1 << 20},
            1 << 20};
};

TEST_F(JudgedElsewhere, ALongTextIsHeldUntilItIsJudged) {
  const std::string text = query(long_text("SELECT 1"));
  talk.client(text + query("SELECT 2"));
  EXPECT_EQ(talk.session().hold(), Hold::Verdict);
  EXPECT_EQ(talk.to_server, "");
  answer();
  EXPECT_EQ(talk.to_server, text + query("SELECT 2"));
}

TEST_F(JudgedElsewhere, ALongTextMayBeRefused) {
  talk.client(parse("a", long_text("LOAD 'x'")) + wire::sync());
  EXPECT_EQ(talk.session().hold(), Hold::Verdict);
  answer();
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
}

TEST_F(JudgedElsewhere, AVerdictOfAnotherPolicyIsNotUsed) {
  talk.client(query(long_text("INSERT INTO t VALUES (1)")));
  const auto inquiry = talk.session().inquiry();
  const auto verdict = std::make_shared<const policy::Verdict>(policy::judge(inquiry->question()));
  ASSERT_TRUE(verdict->allowed());
  talk.session().judge_by(
      standing({.mode = policy::Mode::ReadOnly, .max_statement_bytes = 1 << 20}));
  talk.session().on_verdict(inquiry, verdict);
  talk.client("");
  EXPECT_EQ(talk.session().hold(), Hold::Verdict);
  answer();
  EXPECT_EQ(talk.to_server, "");
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
}

TEST_F(JudgedElsewhere, ACancelEndsTheWaiting) {
  talk.client(query(long_text("SELECT 1")));
  EXPECT_EQ(talk.session().cancel(), Session::CancelTarget::WaitingHere);
  Refusal refusal = make_refusal(policy::ErrorCode::ExecutionTimeout, "canceled");
  refusal.sqlstate = "57014";
  talk.session().unavailable(std::move(refusal));
  talk.client("");
  EXPECT_EQ(outline(talk.to_client), "E57014 ZI");
  EXPECT_EQ(talk.session().hold(), Hold::None);
}

TEST(CatalogMiss, IsJudgedOnceMoreAfterALookAtTheCatalog) {
  Talk talk(with_catalog());
  talk.attach().client(query("SELECT id FROM orders"));
  EXPECT_EQ(talk.session().hold(), Hold::Catalog);
  EXPECT_EQ(talk.to_client, "");
  talk.session().judge_by(standing(with_catalog({}, "orders")));
  talk.session().catalog_was_read();
  talk.client("");
  EXPECT_EQ(talk.to_server, query("SELECT id FROM orders"));
}

TEST(CatalogMiss, IsToldWhereTheNameIsStillMissing) {
  Talk talk(with_catalog());
  talk.attach().client(query("SELECT id FROM orders"));
  talk.session().catalog_was_read();
  talk.client("");
  EXPECT_EQ(outline(talk.to_client), "E42P01 ZI");
  // The next one has a look of its own.
  talk.client(query("SELECT id FROM orders"));
  EXPECT_EQ(talk.session().hold(), Hold::Catalog);
}

TEST(ChangedSchema, IsLookedAtBeforeTheNextStatementIsJudged) {
  Talk talk(with_catalog());
  talk.attach().client(query("CREATE TABLE orders (id text)")).forget();
  talk.client(query("SELECT id FROM users"));
  EXPECT_EQ(talk.session().hold(), Hold::Replies);
  talk.server(complete("CREATE TABLE") + ready('I'));
  EXPECT_TRUE(talk.catalog_changed);
  EXPECT_EQ(talk.session().hold(), Hold::Catalog);
  EXPECT_EQ(talk.to_server, "");
  talk.session().catalog_was_read();
  talk.client("");
  EXPECT_EQ(talk.to_server, query("SELECT id FROM users"));
}

TEST(ChangedSchema, IsNotReadBeforeItIsCommitted) {
  Talk talk(with_catalog());
  talk.begin().client(query("CREATE TABLE orders (id text)"));
  talk.server(complete("CREATE TABLE") + ready('T')).forget();
  EXPECT_FALSE(talk.catalog_changed);
  talk.client(query("SELECT id FROM users"));
  EXPECT_EQ(talk.to_server, query("'"));
  talk.server(error("42601") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E42501 ZE");
  talk.client(query("ROLLBACK")).server(complete("ROLLBACK") + ready('I'));
  EXPECT_TRUE(talk.catalog_changed);
}

TEST(ChangedSchema, IsLookedAtBeforeWhatWasPreparedIsBound) {
  Talk talk(with_catalog());
  talk.attach().client(parse("a", "SELECT id FROM users") + wire::sync());
  talk.server(frame('1', "") + ready('I')).client(query("CREATE TABLE orders (id text)")).forget();
  talk.client(wire::bind("", "a") + execute("") + wire::sync());
  EXPECT_EQ(talk.session().hold(), Hold::Replies);
  talk.server(complete("CREATE TABLE") + ready('I'));
  EXPECT_EQ(talk.session().hold(), Hold::Catalog);
  EXPECT_EQ(talk.to_server, "");
  talk.session().catalog_was_read();
  talk.client("");
  EXPECT_EQ(talk.to_server, wire::bind("", "a") + describe('P', "") + execute("") + wire::sync());
}

TEST(ChangedSchema, IsNotReadByWhatWasPreparedBeforeItIsCommitted) {
  Talk talk(with_catalog());
  talk.attach().client(parse("a", "SELECT id FROM users") + wire::sync());
  talk.server(frame('1', "") + ready('I')).client(query("BEGIN"));
  talk.server(complete("BEGIN") + ready('T')).client(query("CREATE TABLE orders (id text)"));
  talk.server(complete("CREATE TABLE") + ready('T')).forget();
  talk.client(wire::bind("", "a") + execute("") + wire::sync());
  EXPECT_FALSE(talk.to_server.contains(execute("")));
  talk.server(error("26000") + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E42501 ZE");
}

TEST(ChangedSchema, IsNotReadInTheSameMessage) {
  Talk talk(with_catalog());
  talk.attach().client(query("CREATE TABLE orders (id text); SELECT id FROM users"));
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
  EXPECT_EQ(talk.to_server, "");
}

TEST(FunctionCalls, AreRefusedWhereTheCatalogDoesNotKnowTheFunction) {
  Talk talk(with_catalog());
  talk.attach().client(function_call(99999));
  EXPECT_EQ(outline(talk.to_client), "E42501 ZI");
  EXPECT_EQ(talk.to_server, "");
}

}  // namespace
}  // namespace gateway::session
