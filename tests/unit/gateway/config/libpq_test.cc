// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/libpq.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gateway::config {
namespace {

TEST(Libpq, GivesParametersWithoutTheEmptyOnes) {
  Database database;
  database.host = {"a", "b"};
  database.port = {1, 2};
  database.dbname = "d";
  database.user = "u";
  EXPECT_EQ(libpq_parameters(database), (Settings{{"host", "a,b"},
                                                  {"port", "1,2"},
                                                  {"dbname", "d"},
                                                  {"user", "u"},
                                                  {"sslmode", "prefer"},
                                                  {"target_session_attrs", "any"}}));
  database.password = Secret("p");
  database.ssl_root_cert = "/ca";
  const Settings settings = libpq_parameters(database);
  EXPECT_NE(std::ranges::find(settings, Settings::value_type{"password", "p"}), settings.end());
  EXPECT_NE(std::ranges::find(settings, Settings::value_type{"sslrootcert", "/ca"}),
            settings.end());
}

TEST(Libpq, PinsTheSession) {
  Database database;
  database.readonly_role = "Read Only";
  database.safe_search_path = {"public", "My\"Schema", "$user"};
  EXPECT_EQ(pinned_settings(database),
            (Settings{{"role", "Read Only"},
                      {"search_path", "public, \"My\"\"Schema\", \"$user\""},
                      {"default_transaction_read_only", "on"},
                      {"statement_timeout", "30000"},
                      {"idle_in_transaction_session_timeout", "60000"}}));
}

TEST(Libpq, PinsNoReadOnlyAndNoTimeoutOfZero) {
  Database database;
  database.mode = Mode::Permissive;
  database.safe_search_path.clear();
  database.statement_timeout = Duration(0);
  database.idle_in_transaction_timeout = Duration(0);
  EXPECT_EQ(pinned_settings(database), (Settings{{"search_path", ""}}));
}

}  // namespace
}  // namespace gateway::config
