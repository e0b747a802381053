// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/binaries.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "gateway/demo/temp_dir.h"

namespace gateway::demo {
namespace {

namespace fs = std::filesystem;

class BinariesTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(folder_.has_value()); }
  fs::path add(const std::string& folder, std::initializer_list<const char*> programs) {
    const fs::path path = folder_->path() / folder;
    fs::create_directories(path);
    for (const char* program : programs) {
      EXPECT_TRUE(write_private_file(path / program, "#!/bin/sh\n").has_value());
      fs::permissions(path / program, fs::perms::owner_all);
    }
    return path;
  }
  Result<TempDir> folder_ = TempDir::make();
};

TEST_F(BinariesTest, OrdersVersionsByNumber) {
  const fs::path nine = add("9.6/bin", {}), fifteen = add("15/bin", {}), old = add("8/bin", {});
  add("common", {});
  EXPECT_EQ(versioned_folders(folder_->path()), (std::vector{fifteen, nine, old}));
}

TEST_F(BinariesTest, ListsNothingWhereThereIsNothing) {
  EXPECT_TRUE(versioned_folders(folder_->path() / "absent").empty());
}

TEST_F(BinariesTest, PassesOverAFolderWithoutAServer) {
  const fs::path client_only = add("a", {"psql"});
  const fs::path server = add("b", {"initdb", "postgres"});
  const auto found = find_binaries({{client_only, server}});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->initdb, server / "initdb");
  EXPECT_EQ(found->psql, client_only / "psql");
}

TEST_F(BinariesTest, PrefersThePsqlOfTheServersOwnFolder) {
  const fs::path client_only = add("a", {"psql"});
  const fs::path server = add("b", {"initdb", "postgres", "psql"});
  EXPECT_EQ(find_binaries({{client_only, server}})->psql, server / "psql");
}

TEST_F(BinariesTest, SaysWhatToInstall) {
  const auto found = find_binaries({{add("a", {"initdb"})}});
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().message.find("POSTERN_PG_BINDIR"), std::string::npos);
}

TEST_F(BinariesTest, LooksOnlyWhereTheVariableSays) {
  setenv("POSTERN_PG_BINDIR", "/somewhere", 1);
  const SearchPlaces places = default_places();
  unsetenv("POSTERN_PG_BINDIR");
  EXPECT_EQ(places.folders, std::vector<fs::path>{"/somewhere"});
}

}  // namespace
}  // namespace gateway::demo
