// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/command.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "policy/catalog/json.h"
#include "tests/unit/gateway/config/support.h"

namespace gateway::config {
namespace {

class Command : public testing::Test {
 protected:
  Command() {
    std::string pattern = testing::TempDir() + "configXXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/postern.yaml";
  }
  ~Command() override { std::filesystem::remove_all(folder_); }

  int validate(const std::string& text) {
    std::ofstream(path_) << text;
    return run_config_validate({.path = path_}, test::sources(), out_, err_);
  }

  std::string folder_, path_;
  std::ostringstream out_, err_;
};

TEST_F(Command, ValidateSucceedsOnAValidFile) {
  EXPECT_EQ(validate(test::document({})), 0);
  EXPECT_EQ(out_.str(), path_ + ": valid (0 errors, 2 warnings)\n");
  EXPECT_TRUE(err_.str().contains("databases[0].access_policy: there is no table or column rule"))
      << err_.str();
}

TEST_F(Command, ValidateSucceedsWithWarningsAlone) {
  EXPECT_EQ(validate(test::with_user("password: hunter2")), 0);
  EXPECT_EQ(out_.str(), path_ + ": valid (0 errors, 3 warnings)\n");
  EXPECT_TRUE(err_.str().starts_with(path_ + ":2:17: warning: users[0].password: ")) << err_.str();
}

TEST_F(Command, ValidateTakesThePlanGate) {
  EXPECT_EQ(validate(test::with_database(
                "access_policy: {tables: {denied: [a]}, explain_policy: {enabled: true}}")),
            0);
  EXPECT_EQ(out_.str(), path_ + ": valid (0 errors, 1 warning)\n") << err_.str();
  EXPECT_FALSE(err_.str().contains("explain_policy"));
}

class CommandWithCatalog : public Command {
 protected:
  int compare(const std::string& text, const std::string& database = {}) {
    std::ofstream(path_) << text;
    Sources sources = test::sources();
    sources.read_file = read_regular_file;
    return run_config_validate({.path = path_, .catalog = catalog_, .database = database}, sources,
                               out_, err_);
  }

  void write_catalog(std::string_view database) {
    policy::catalog::Rows rows;
    rows.server_major = 15;
    rows.database = database;
    rows.schemas = {{2'200, "public"}};
    std::ofstream(catalog_) << policy::catalog::dump(rows);
  }

  std::string catalog_ = folder_ + "/catalog.json";
};

TEST_F(CommandWithCatalog, ValidateNamesRulesThatMeanNothingThere) {
  write_catalog("other");
  EXPECT_EQ(compare(test::with_database("access_policy: {allowed_schemas: [pubic]}")), 0);
  EXPECT_TRUE(err_.str().contains("'pubic' names no schema of this catalog; the nearest is public"))
      << err_.str();
}

TEST_F(CommandWithCatalog, ValidateFindsTheDatabaseOfTheCatalog) {
  write_catalog("two");
  const auto database = [](std::string_view name, std::string_view schema) {
    return fmt::format(
        "  - {{name: {}, user: u, pool_mode: session, readonly_role: r, access_policy: "
        "{{allowed_schemas: [{}]}}}}\n",
        name, schema);
  };
  const std::string text =
      test::document({.databases = "databases:\n" + database("one", "a") + database("two", "b")});
  EXPECT_EQ(compare(text), 0);
  EXPECT_FALSE(err_.str().contains("'a' names no schema")) << err_.str();
  EXPECT_TRUE(err_.str().contains("'b' names no schema")) << err_.str();
  EXPECT_EQ(compare(text, "one"), 0);
  EXPECT_TRUE(err_.str().contains("'a' names no schema")) << err_.str();
  EXPECT_EQ(compare(text, "three"), 2);
  EXPECT_TRUE(err_.str().contains("postern: there is no database 'three'")) << err_.str();
  write_catalog("three");
  EXPECT_EQ(compare(text), 2);
  EXPECT_TRUE(err_.str().contains("say with --database which one that is")) << err_.str();
}

TEST_F(CommandWithCatalog, ValidateFailsOnASnapshotThatIsNone) {
  const std::string text = test::document({});
  EXPECT_EQ(compare(text), 2);
  EXPECT_TRUE(err_.str().contains("catalog.json does not exist")) << err_.str();
  std::ofstream(catalog_) << "[";
  EXPECT_EQ(compare(text), 2);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Command, ValidateFailsWithEveryErrorAndWarning) {
  EXPECT_EQ(validate(test::with("listen: {prt: 1, address: 0.0.0.0}\nmcp: {enabled: true}")), 1);
  EXPECT_EQ(out_.str(), path_ + ": not valid (2 errors, 2 warnings)\n");
  EXPECT_TRUE(err_.str().contains(path_ + ":1:10: error: listen.prt: unknown key")) << err_.str();
  EXPECT_TRUE(err_.str().contains(path_ + ":1:18: warning: listen.address: ")) << err_.str();
  EXPECT_TRUE(err_.str().contains(path_ + ":2:7: error: mcp.enabled: ")) << err_.str();
  EXPECT_TRUE(err_.str().contains("warning: databases[0].access_policy: there is no table"));
}

TEST_F(Command, FailsOnAFileThatIsNotThereOrIsAFolder) {
  EXPECT_EQ(run_config_validate({.path = path_}, test::sources(), out_, err_), 1);
  EXPECT_EQ(err_.str(), path_ + ": error: cannot be read: No such file or directory\n");
  err_.str("");
  EXPECT_EQ(run_config_show(folder_, test::sources(), out_, err_), 1);
  EXPECT_TRUE(err_.str().contains("cannot be read: Is a directory")) << err_.str();
}

TEST_F(Command, ShowPrintsTheEffectiveConfiguration) {
  std::ofstream(path_) << test::document({});
  EXPECT_EQ(run_config_show(path_, test::sources({{"POSTERN_LISTEN__PORT", "7000"}}), out_, err_),
            0);
  EXPECT_TRUE(out_.str().starts_with("listen:\n  address: \"127.0.0.1\"\n  port: 7000\n"))
      << out_.str();
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Command, ShowPrintsErrorsInsteadOfAnInvalidConfiguration) {
  std::ofstream(path_) << test::with("lisen: {}");
  EXPECT_EQ(run_config_show(path_, test::sources(), out_, err_), 1);
  EXPECT_EQ(out_.str(), "");
  EXPECT_TRUE(err_.str().contains("unknown key"));
}

}  // namespace
}  // namespace gateway::config
