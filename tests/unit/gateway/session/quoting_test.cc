// SPDX-License-Identifier: Apache-2.0
// Of which messages the server's errors and notices are passed on as they are.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/session/error_relay.h"
#include "policy/rules/access.h"
#include "tests/unit/gateway/session/talk.h"

namespace gateway::session {
namespace {

namespace catalog = policy::catalog;
using namespace wire;

// public.users (id, email, ssn), of which ssn may not be read.
policy::Profile profile_with(policy::ColumnRules columns) {
  catalog::Rows rows{.server_major = 15};
  rows.schemas.push_back({.oid = 2200, .name = rows.keep("public")});
  rows.types.push_back({.oid = 25, .schema = 2200, .name = rows.keep("text"), .category = 'S'});
  catalog::Relation users{.oid = 16500, .schema = 2200, .name = rows.keep("users")};
  for (const std::string_view column : {"id", "email", "ssn"}) {
    const auto number = static_cast<std::int16_t>(users.columns.size() + 1);
    users.columns.push_back({.name = rows.keep(column), .type = 25, .number = number});
  }
  rows.relations.push_back(std::move(users));
  return {.mode = policy::Mode::Balanced,
          .access = std::make_shared<const policy::Access>(
              policy::AccessPolicy{.columns = std::move(columns)},
              std::make_shared<const catalog::Snapshot>(std::move(rows)),
              std::vector<std::string>{"public"})};
}

policy::Profile hiding() { return profile_with({.denied = {"users.ssn"}}); }

constexpr std::string_view kRead = "SELECT email FROM users";
constexpr std::string_view kWrite = "INSERT INTO users (email) VALUES ('x')";

std::string failing_row(std::string_view padding = "") {
  return frame('E', z("SERROR") + z("VERROR") + z("C23514") + z("Mviolates") +
                        z("DFailing row contains (123-45)." + std::string(padding)) + '\0');
}

std::string raised() {
  return frame('N', z("SNOTICE") + z("VNOTICE") + z("C00000") + z("M123-45") +
                        z("WPL/pgSQL function f() line 1 at RAISE") + '\0');
}

// What the client hears when the server answers `reply` to it.
std::string heard(std::string_view asked, std::string_view reply,
                  policy::Profile profile = hiding()) {
  Talk talk(std::move(profile));
  talk.attach().client(asked).server(reply);
  EXPECT_EQ(talk.closed, std::nullopt);
  return talk.to_client;
}

TEST(Quoting, OfAQueryIsPassedOn) {
  EXPECT_EQ(heard(query(kRead), failing_row()), failing_row());
  EXPECT_EQ(heard(query(kRead), raised()), raised());
}

TEST(Quoting, OfWhatWritesIsTakenOut) {
  for (const std::string& asked :
       {query(kWrite), query("COMMIT"), query(std::string(kRead) + "; " + std::string(kWrite)),
        parse("", kWrite), wire::sync()}) {
    EXPECT_FALSE(heard(asked, failing_row()).contains("123-45")) << asked;
    EXPECT_TRUE(heard(asked, failing_row()).contains("violates")) << asked;
    EXPECT_FALSE(heard(asked, raised()).contains("123-45")) << asked;
  }
}

TEST(Quoting, OfAnythingIsPassedOnWhereNothingIsHidden) {
  EXPECT_EQ(heard(query(kWrite), failing_row(), profile_with({})), failing_row());
  EXPECT_EQ(heard(query(kWrite), raised(), {.mode = policy::Mode::Balanced}), raised());
}

TEST(Quoting, OfAnExecuteIsWhatItsTextSays) {
  const auto execute_of = [](std::string_view sql) {
    return parse("p", sql) + bind("", "p") + execute("") + wire::sync();
  };
  const std::string begun = frame('1', "") + frame('2', "");
  EXPECT_TRUE(heard(execute_of(kRead), begun + failing_row()).ends_with(failing_row()));
  EXPECT_FALSE(heard(execute_of(kWrite), begun + failing_row()).contains("123-45"));
}

TEST(Quoting, OfSqlExecuteIsWhatThePreparedTextSays) {
  const auto prepared = [](std::string_view sql) {
    return query("PREPARE p AS " + std::string(sql) + "; EXECUTE p");
  };
  EXPECT_EQ(heard(prepared(kRead), failing_row()), failing_row());
  EXPECT_FALSE(heard(prepared(kWrite), failing_row()).contains("123-45"));
  EXPECT_FALSE(heard(query("FETCH 1 FROM of_a_function"), failing_row()).contains("123-45"));
}

// Their deferred constraints run when the Query ends the implicit transaction that they began.
TEST(Quoting, OfAQueryIsAlsoWhatMessagesWithoutASyncBeforeItSay) {
  const std::string written = parse("", kWrite) + bind("", "") + execute("");
  const std::string answered = frame('1', "") + frame('2', "") + complete("INSERT 0 1");
  for (const std::string& last :
       {query(kRead), query(""), query("COPY (SELECT email FROM users) TO STDOUT")}) {
    EXPECT_FALSE(heard(written + last, answered + failing_row()).contains("123-45")) << last;
    EXPECT_FALSE(heard(written + last, answered + raised()).contains("123-45")) << last;
  }
}

TEST(Quoting, OfANameIsWhatItStandsForInItsTurn) {
  const auto redefined = [](std::string_view first, std::string_view then) {
    return query(std::string(first) + "; " + std::string(then));
  };
  Talk talk(hiding());
  talk.begin().client(query("PREPARE p AS " + std::string(kWrite)));
  talk.server(complete("PREPARE") + ready('T')).forget();
  talk.client(redefined("EXECUTE p", "DEALLOCATE p; PREPARE p AS SELECT 1"));
  talk.server(failing_row() + ready('E'));
  EXPECT_EQ(outline(talk.to_client), "E23514 ZE");
  EXPECT_FALSE(talk.to_client.contains("123-45"));
}

TEST(Quoting, IsTakenOutByWhatWasHiddenWhenItWasSent) {
  for (const policy::Profile& now : {profile_with({}), policy::Profile{.epoch = 7}}) {
    Talk talk(hiding());
    talk.attach().client(query(kWrite));
    talk.session().judge_by({std::make_shared<const policy::Profile>(now)});
    talk.server(failing_row());
    EXPECT_FALSE(talk.to_client.contains("123-45"));
  }
}

TEST(Quoting, IsTakenOutWhereNobodyKnowsWhatIsHidden) {
  Talk talk(hiding());
  talk.begin();
  talk.session().judge_by({std::make_shared<const policy::Profile>(
                               policy::Profile{.mode = policy::Mode::Balanced, .epoch = 7}),
                           "the catalog cannot be read"});
  talk.client(query("COMMIT")).server(failing_row() + ready('I'));
  EXPECT_EQ(outline(talk.to_client), "E23514 ZI");
  EXPECT_FALSE(talk.to_client.contains("123-45"));
}

TEST(Quoting, OfAFatalErrorIsTakenOutToo) {
  const std::string fatal =
      frame('E', z("SFATAL") + z("VFATAL") + z("CXX000") + z("M123-45") + '\0');
  EXPECT_FALSE(heard(query(kWrite), fatal).contains("123-45"));
  EXPECT_EQ(heard(query(kRead), fatal), fatal);
}

TEST(Quoting, OfALongTextIsNotFoundBehindWhatIsReadAtOnce) {
  const std::string long_one = failing_row(std::string(100'000, 'x') + "123-45");
  EXPECT_EQ(heard(query(kRead), long_one), long_one);
  const std::string told = heard(query(kWrite), long_one);
  EXPECT_TRUE(told.contains("violates"));
  EXPECT_LT(told.size(), 200u);
}

TEST(Quoting, OfATextThatIsTooLongIsToldInShort) {
  const std::string huge = failing_row(std::string(kServerControlLengthMax, 'x'));
  const std::string told = heard(query(kWrite), huge + ready('I'));
  EXPECT_EQ(outline(told), "E23514 ZI");
  EXPECT_TRUE(told.contains(kWithheldMessage));
}

TEST(Quoting, IsKeptWholeForTheRecord) {
  Talk talk(hiding());
  talk.attach().client(query(kWrite)).server(failing_row());
  EXPECT_EQ(talk.ledger.said, "violates|Failing row contains (123-45).");
}

TEST(Quoting, PlacesErrorsOfARewrittenTextInTheClients) {
  const auto profile =
      profile_with({.denied = {"users.ssn"}, .select_star_policy = policy::SelectStar::ExpandSafe});
  const auto at = [](std::string_view position) {
    return frame('E', z("C42P01") + z("Mno") + z("P" + std::string(position)) + '\0');
  };
  Talk talk(profile);
  constexpr std::string_view kStar = "SELECT * FROM users ORDER BY email";
  talk.attach().client(query(kStar));
  const std::size_t email = talk.to_server.rfind("email") - 5 + 1;
  talk.server(at(std::to_string(email)));
  EXPECT_EQ(talk.to_client, at(std::to_string(kStar.rfind("email") + 1))) << talk.to_server;
  talk.forget().server(ready('I')).forget();
  talk.client(parse("p", kStar) + bind("", "p") + wire::sync());
  talk.server(frame('1', "") + at(std::to_string(email)));
  EXPECT_TRUE(talk.to_client.ends_with(at(std::to_string(kStar.rfind("email") + 1))));
}

}  // namespace
}  // namespace gateway::session
