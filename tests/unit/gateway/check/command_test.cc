// SPDX-License-Identifier: Apache-2.0
#include "gateway/check/command.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace gateway::check {
namespace {

constexpr const char* kConfig = R"(
listen: {address: 127.0.0.1, port: 0}
users: [{name: app, auth: trust}]
databases:
  - {name: one, host: 127.0.0.1, user: app, pool_mode: session, mode: read_only}
)";

class CheckCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "check_command_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    options.config = folder_ + "/postern.yaml";
    write(kConfig);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) { std::ofstream(options.config) << text; }
  int run(const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out, err;
    const int code = run_check(options, {}, {.in = in, .out = out, .err = err});
    output = out.str();
    errors = err.str();
    return code;
  }
  nlohmann::json json() const { return nlohmann::json::parse(output); }
  std::vector<nlohmann::json> lines() const {
    std::vector<nlohmann::json> all;
    std::istringstream stream(output);
    for (std::string line; std::getline(stream, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }

  Options options{};
  std::string output{}, errors{};

 private:
  std::string folder_{};
};

TEST_F(CheckCommand, AllowsAndDeniesByExitCode) {
  options.sql = "SELECT 1";
  EXPECT_EQ(run(), kAllowed);
  EXPECT_NE(output.find("verdict: allow"), std::string::npos);
  options.sql = "SELECT 1;\n DROP TABLE t";
  EXPECT_EQ(run(), kDenied);
  EXPECT_NE(output.find("verdict: deny"), std::string::npos);
  EXPECT_NE(output.find("   DROP TABLE t\n   ^\n"), std::string::npos) << output;
  EXPECT_NE(output.find("line 2, column 2"), std::string::npos) << output;
}

TEST_F(CheckCommand, ColoursOnlyWhenAsked) {
  options.sql = "SELECT 1";
  run();
  EXPECT_EQ(output.find('\x1b'), std::string::npos);
  options.colour = Colour::Yes;
  run();
  EXPECT_NE(output.find('\x1b'), std::string::npos);
}

TEST_F(CheckCommand, PrintsJson) {
  options.sql = "SELECT '\u00fc'; DELETE FROM t";
  options.is_json = true;
  EXPECT_EQ(run(), kDenied);
  EXPECT_EQ(json()["verdict"], "deny");
  ASSERT_EQ(json()["violations"].size(), 1U);
  const auto violation = json()["violations"][0];
  EXPECT_EQ(violation["check"], "statement");
  EXPECT_EQ(violation["code"], json()["codes"][0]);
  EXPECT_EQ(violation["sqlstate"].get<std::string>().size(), 5U);
  EXPECT_EQ(violation["position"], 13);
  EXPECT_EQ(json()["statements"][1]["class"], "DELETE");
  EXPECT_EQ(json()["statements"][1]["offset"], 13);
}

TEST_F(CheckCommand, ReadsStandardInput) {
  options.file = "-";
  EXPECT_EQ(run("SELECT 1"), kAllowed);
  EXPECT_EQ(run("DROP TABLE t"), kDenied);
}

TEST_F(CheckCommand, DeniesNulBytesAndBadUtf8) {
  options.file = "-";
  options.is_json = true;
  EXPECT_EQ(run(std::string("SELECT '\0'", 10)), kDenied);
  EXPECT_EQ(run("SELECT '\xff'"), kDenied);
  EXPECT_EQ(json()["verdict"], "deny");
}

TEST_F(CheckCommand, TakesSixteenMebibytes) {
  options.file = "-";
  EXPECT_EQ(run("SELECT '" + std::string(16 << 20, 'x') + "'"), kDenied);
  EXPECT_LT(output.size(), 10'000U);
}

TEST_F(CheckCommand, IsUnusableWithoutInput) {
  EXPECT_EQ(run(), kUnusable);
  options.file = "/nonexistent/file.sql";
  EXPECT_EQ(run(), kUnusable);
  EXPECT_NE(errors.find("/nonexistent/file.sql"), std::string::npos);
  options.sql = "SELECT 1";
  EXPECT_EQ(run(), kUnusable);
}

TEST_F(CheckCommand, IsUnusableWithABadConfiguration) {
  options.sql = "SELECT 1";
  write("databases: [{nam: x}]");
  EXPECT_EQ(run(), kUnusable);
  EXPECT_NE(errors, "");
  options.config = "/nonexistent/postern.yaml";
  EXPECT_EQ(run(), kUnusable);
}

TEST_F(CheckCommand, AsksWhichDatabaseAndUser) {
  options.sql = "SELECT 1";
  options.database = "two";
  EXPECT_EQ(run(), kUnusable);
  EXPECT_NE(errors.find("one"), std::string::npos);
  options.database = "one";
  options.user = "nobody";
  EXPECT_EQ(run(), kUnusable);
  options.user = "app";
  EXPECT_EQ(run(), kAllowed);
  write(std::string(kConfig) +
        "  - {name: two, host: 127.0.0.1, user: app, pool_mode: session, mode: permissive}\n");
  options.database = "";
  EXPECT_EQ(run(), kUnusable);
  EXPECT_NE(errors.find("one, two"), std::string::npos);
  options.sql = "CREATE TABLE t ()";
  options.database = "two";
  EXPECT_EQ(run(), kAllowed);
}

TEST_F(CheckCommand, JudgesALineAtATime) {
  options.is_jsonl = true;
  const int code = run(R"({"id": "a", "sql": "SELECT 1"})"
                       "\n\n"
                       R"({"id": "b", "steps": ["BEGIN", "DELETE FROM t"]})");
  EXPECT_EQ(code, kAllowed);
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["id"], "a");
  EXPECT_EQ(all[0]["verdict"], "allow");
  EXPECT_EQ(all[0]["rewritten"], nullptr);
  EXPECT_EQ(all[1]["verdict"], "deny");
  EXPECT_EQ(all[1]["violations"][0]["step"], 1);
}

TEST_F(CheckCommand, GoesOnBehindALineThatIsNotUsable) {
  options.is_jsonl = true;
  EXPECT_EQ(run("nonsense\n{\"id\": 1}\n{\"id\": 2, \"sql\": \"SELECT 1\"}\n"), kUnusable);
  const auto all = lines();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].contains("error"));
  EXPECT_TRUE(all[1].contains("error"));
  EXPECT_EQ(all[1]["id"], 1);
  EXPECT_EQ(all[2]["verdict"], "allow");
}

TEST_F(CheckCommand, DeniesBadUtf8InALine) {
  options.is_jsonl = true;
  EXPECT_EQ(run("{\"id\": \"\xff\", \"sql\": \"SELECT '\xff'\"}\n"), kAllowed);
  EXPECT_EQ(lines()[0]["verdict"], "deny");
}

}  // namespace
}  // namespace gateway::check
