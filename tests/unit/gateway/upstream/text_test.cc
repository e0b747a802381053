// SPDX-License-Identifier: Apache-2.0
// The pure parts: options, host lists, the key in libpq's trace.
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/upstream/connection.h"
#include "gateway/upstream/host_list.h"
#include "gateway/upstream/startup_options.h"

namespace gateway::upstream {
namespace {

TEST(StartupOptions, EscapesWhatPostgresSplitsAt) {
  EXPECT_EQ(startup_options({}), "");
  EXPECT_EQ(startup_options({{"role", "reader"}, {"search_path", "\"$user\", a\\b"}}),
            "-c role=reader -c search_path=\"$user\",\\ a\\\\b");
  EXPECT_EQ(startup_options({{"search_path", "a\tb\nc -c role=x"}}),
            "-c search_path=a\\\tb\\\nc\\ -c\\ role=x");
}

TEST(StartupOptions, AlwaysPinHowStringsAreLexed) {
  EXPECT_EQ(*find_setting(with_required_pins({}), "standard_conforming_strings"), "on");
  EXPECT_EQ(with_required_pins({{"standard_conforming_strings", "off"}}).size(), 1U);
}

TEST(HostList, SpreadsHostsOverTheirAddresses) {
  Settings connection{{"host", "db1,/run/pg,db2"}, {"port", "1,2,3"}, {"user", "u"}};
  auto hosts = read_hosts(connection);
  ASSERT_EQ(hosts.size(), 3U);
  EXPECT_TRUE(hosts[0].needs_resolution());
  EXPECT_FALSE(hosts[1].needs_resolution());
  hosts[0].addresses = {"10.0.0.1", "fd00::1"};
  write_hosts(hosts, connection);
  EXPECT_EQ(*find_setting(connection, "host"), "db1,db1,/run/pg") << "db2 has no address";
  EXPECT_EQ(*find_setting(connection, "hostaddr"), "10.0.0.1,fd00::1,");
  EXPECT_EQ(*find_setting(connection, "port"), "1,1,2");
  EXPECT_EQ(*find_setting(connection, "user"), "u");
}

TEST(HostList, OnePortIsForAllHosts) {
  const auto hosts = read_hosts({{"host", "a,b"}, {"port", "7"}});
  ASSERT_EQ(hosts.size(), 2U);
  EXPECT_EQ(hosts[0].port, "7");
  EXPECT_EQ(hosts[1].port, "7");
}

TEST(HostList, LeavesHostaddrAndMissingHostsToLibpq) {
  EXPECT_TRUE(read_hosts({{"host", "db"}, {"hostaddr", "10.0.0.1"}}).empty());
  EXPECT_TRUE(read_hosts({{"port", "5432"}}).empty());
}

TEST(HostList, IsBounded) {
  Settings connection{{"host", "db"}};
  auto hosts = read_hosts(connection);
  hosts[0].addresses.assign(kHostsMax + 10, "10.0.0.1");
  write_hosts(hosts, connection);
  EXPECT_EQ(std::ranges::count(*find_setting(connection, "host"), ','),
            static_cast<std::ptrdiff_t>(kHostsMax) - 1);
}

TEST(KeyTrace, FindsTheKeyOfTheProcess) {
  const std::string line = "2026-01-01 10:00:00.5\tB\t12\tBackendKeyData\t 3721 -1390643675\n";
  EXPECT_EQ(find_key(line, 3721), -1390643675);
  EXPECT_EQ(find_key("x\n" + line + "y\n", 3721), -1390643675);
  for (const std::string_view broken :
       {"", "B\t12\tBackendKeyData\t 3721 \n", "B\t12\tBackendKeyData\t 3721 12",
        "B\t12\tBackendKeyData\t 3721 99999999999\n", "B\t12\tBackendKeyData\t 372 1\n"}) {
    EXPECT_FALSE(find_key(broken, 3721).has_value()) << broken;
  }
  EXPECT_FALSE(find_key(line, 0).has_value());
}

}  // namespace
}  // namespace gateway::upstream
