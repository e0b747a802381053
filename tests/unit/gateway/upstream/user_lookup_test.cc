// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream/user_lookup.h"

#include <thread>

#include "gateway/net/listener.h"
#include "tests/unit/gateway/upstream/pool_fixture.h"

namespace gateway::upstream {
namespace {

using std::chrono::milliseconds;
using Row = UserLookup::Row;
using Kind = UserLookup::Failure::Kind;

class UserLookupTest : public ::testing::Test {
 protected:
  static UserLookup asking(const std::string& query,
                           milliseconds answer_timeout = milliseconds(5'000)) {
    return UserLookup({.connection = {{"host", cluster().socket_directory()},
                                      {"port", std::to_string(cluster().port())},
                                      {"user", "postgres"},
                                      {"dbname", "postgres"}},
                       .query = query,
                       .answer_timeout = answer_timeout});
  }
  // The rows; none, and `failure`, where there is no answer.
  std::vector<Row> look_up(UserLookup& lookup, const std::string& user) {
    auto rows = lookup.look_up(user, stopped);
    failure.reset();
    if (rows) return *std::move(rows);
    failure = rows.error();
    return {};
  }

  std::atomic<bool> stopped = false;
  std::optional<UserLookup::Failure> failure;
};

TEST_F(UserLookupTest, GivesNameAndNullsOfOneConnection) {
  UserLookup lookup = asking("SELECT $1, NULL, pg_backend_pid()");
  const auto first = look_up(lookup, "it's; \"ann\"");
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0][0], "it's; \"ann\"");
  EXPECT_EQ(first[0][1], std::nullopt);
  EXPECT_EQ(look_up(lookup, "ben").at(0)[2], first[0][2]);
}

TEST_F(UserLookupTest, AsksWithSettingsOfItsOwn) {
  cluster().query("ALTER ROLE postgres SET search_path = public");
  UserLookup lookup = asking("SELECT $1, current_setting('search_path')");
  EXPECT_EQ(look_up(lookup, "ann").at(0)[1], "pg_catalog");
  cluster().query("ALTER ROLE postgres RESET search_path");
}

TEST_F(UserLookupTest, KeepsNoMoreRowsThanTellThatThereAreSeveral) {
  UserLookup lookup = asking("SELECT $1 FROM generate_series(1, 100000)");
  EXPECT_EQ(look_up(lookup, "ann").size(), 2u);
}

TEST_F(UserLookupTest, TellsAWrongQueryFromAServerThatIsAway) {
  struct Case {
    const char* query;
    Kind kind;
  };
  for (const auto& [query, kind] :
       {Case{"SELECT nothing FROM nowhere WHERE $1 = ''", Kind::RefusedQuery},
        Case{"SELECT $1; SELECT 1", Kind::RefusedQuery}, Case{"SELECT 1/0, $1", Kind::RefusedQuery},
        Case{"SELECT pg_sleep(60), $1", Kind::Unreachable}}) {
    UserLookup lookup = asking(query, milliseconds(200));
    look_up(lookup, "ann");
    ASSERT_TRUE(failure) << query;
    EXPECT_EQ(failure->kind, kind) << query << failure->why;
  }
  UserLookup away({.connection = {{"host", "/nonexistent"}, {"user", "u"}}, .query = "SELECT $1"});
  look_up(away, "ann");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::Unreachable);
}

TEST_F(UserLookupTest, CallsANameThatIsNotTextNobodys) {
  UserLookup lookup = asking("SELECT $1");
  look_up(lookup, "\xff");
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::RefusedName);
  EXPECT_EQ(look_up(lookup, "ann").size(), 1u) << "and asks on";
}

TEST_F(UserLookupTest, MakesALostConnectionAnew) {
  UserLookup lookup = asking("SELECT pg_backend_pid()::text WHERE $1 <> ''");
  const std::string process = look_up(lookup, "ann").at(0)[0].value();
  cluster().query("SELECT pg_terminate_backend(" + process + ", 10000)");
  const auto rows = look_up(lookup, "ann");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_NE(rows[0][0], process);
}

TEST_F(UserLookupTest, PassesOverAHostThatIsSilent) {
  net::Loop never_run;  // connections are made to its listener, and nobody takes them
  const auto silent = *net::Listener::open(never_run, "127.0.0.1", 0, [](int, const net::Peer&) {});
  const std::string ports = std::to_string(silent->port()) + "," + std::to_string(cluster().port());
  UserLookup lookup({.connection = {{"host", "127.0.0.1,127.0.0.1"},
                                    {"port", ports},
                                    {"user", "postgres"},
                                    {"dbname", "postgres"}},
                     .query = "SELECT $1",
                     .connect_timeout = milliseconds(1'000)});
  EXPECT_EQ(look_up(lookup, "ann").size(), 1u) << failure.value_or(UserLookup::Failure{}).why;
}

TEST_F(UserLookupTest, StopsSoonWhenToldTo) {
  UserLookup lookup = asking("SELECT pg_sleep(60), $1", milliseconds(60'000));
  std::thread stopper([this] { stopped = true; });
  look_up(lookup, "ann");
  stopper.join();
  EXPECT_TRUE(failure);
}

}  // namespace
}  // namespace gateway::upstream
