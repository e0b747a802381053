// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/unit/policy/rules/shop.h"

namespace policy::rules {
namespace {

bool may_show(std::string name) {
  return Shop().judge({.settings_read = {{.name = std::move(name)}}}).empty();
}

TEST(Settings, HarmlessOnesMayBeRead) {
  for (const char* name : {"server_version", "datestyle", "search_path", "statement_timeout",
                           "transaction_read_only", "timezone", "is_superuser"}) {
    EXPECT_TRUE(may_show(name)) << name;
  }
}

TEST(Settings, OthersMayNot) {
  for (const char* name : {"", "data_directory", "hba_file", "app.encryption_key",
                           "primary_conninfo", "log_directory"}) {
    EXPECT_FALSE(may_show(name)) << name;
  }
}

TEST(Settings, TheProfileAdds) {
  const Shop shop;
  const Facts facts{.settings_read = {{.name = "app.tenant"}}};
  const Profile profile{.allowed_gucs = {"app.tenant"}};
  EXPECT_TRUE(check({.facts = facts, .access = shop.access(), .profile = profile}).empty());
}

TEST(Settings, CurrentSettingIsShow) {
  const Shop shop;
  CallUse call = shop.call("pg_catalog.current_setting");
  const auto judge = [&](std::vector<std::optional<std::string>> constants) {
    call.constants = std::move(constants);
    return shop.judge({.calls = {call}});
  };
  EXPECT_TRUE(judge({"TimeZone"}).empty());
  EXPECT_TRUE(judge({"server_version", "t"}).empty());
  EXPECT_EQ(judge({"App.Encryption_Key"}).at(0).violation.message,
            "setting \"app.encryption_key\" may not be read");
  EXPECT_EQ(judge({std::nullopt, "t"}).size(), 1u);
  EXPECT_EQ(judge({}).size(), 1u);
}

}  // namespace
}  // namespace policy::rules
