// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/tour.h"

#include <gtest/gtest.h>

#include "gateway/demo/example_config.h"

namespace gateway::demo {
namespace {

struct Case {
  const char* name;
  Outcome outcome;
  PsqlOutput output;
  bool good;
};

const char* const kRefusal =
    "ERROR:  42501: no INSERT in read_only mode\nDETAIL:  UNSAFE_SQL: INSERT (rule: mode)\nHINT:  "
    "Ask.\n";

TEST(Tour, TellsRightFromWrong) {
  const Case cases[] = {
      {"rows", Outcome::Succeeds, {0, "seen\n"}, true},
      {"rows without what they should show", Outcome::Succeeds, {0, "other\n"}, false},
      {"an error instead of rows", Outcome::Succeeds, {1, "seen\n"}, false},
      {"a refusal", Outcome::RefusedByPostern, {1, std::string("seen ") + kRefusal}, true},
      {"a write that went through", Outcome::RefusedByPostern, {0, "seen INSERT 0 1\n"}, false},
      {"PostgreSQL's own 42501", Outcome::RefusedByPostern, {1, "seen ERROR:  42501: no\n"}, false},
      {"half of an injection",
       Outcome::RefusedByPostern,
       {1, std::string("seen ran-anyway\n") + kRefusal},
       false},
      {"an error of PostgreSQL's", Outcome::PostgresError, {1, "seen\n"}, true},
      {"no connection", Outcome::PostgresError, {2, "seen\n"}, false},
      {"a refused login", Outcome::LoginRefused, {2, "seen\n"}, true},
      {"a login that worked", Outcome::LoginRefused, {0, "seen\n"}, false},
  };
  for (const Case& c : cases) {
    const Step step{.title = "", .sql = "", .outcome = c.outcome, .shows = {"seen"}};
    EXPECT_EQ(complaint(step, c.output).empty(), c.good) << c.name;
  }
}

TEST(Tour, NoticesWhatShouldHaveBeenHidden) {
  const Step step{.title = "", .sql = "", .shows = {"seen"}, .hides = {"secret"}};
  EXPECT_EQ(complaint(step, {0, "seen\n"}), "");
  EXPECT_NE(complaint(step, {0, "seen, secret\n"}), "");
}

TEST(Tour, CoversEveryOutcome) {
  int seen[4] = {};
  for (const Step& step : tour_steps()) ++seen[static_cast<int>(step.outcome)];
  for (const int count : seen) EXPECT_GT(count, 0);
}

TEST(ExampleConfig, HasWhatItWasGiven) {
  const std::string yaml = to_yaml({.port = 11,
                                    .metrics_port = 22,
                                    .server_port = 33,
                                    .server_password = "secret",
                                    .audit_path = "/audit"});
  for (const char* part : {"port: 11\n", "port: 22\n", "port: 33\n", "\"secret\"", "\"/audit\""}) {
    EXPECT_NE(yaml.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace gateway::demo
