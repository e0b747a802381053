// SPDX-License-Identifier: Apache-2.0
// The pure parts: options, host lists, the key in libpq's trace.
#include <gtest/gtest.h>

#include "gateway/upstream/connection.h"
#include "gateway/upstream/host_list.h"
#include "gateway/upstream/silent_places.h"
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
  write_places(places_of(hosts), connection);
  EXPECT_EQ(*find_setting(connection, "host"), "db1,db1,/run/pg") << "db2 has no address";
  EXPECT_EQ(*find_setting(connection, "hostaddr"), "10.0.0.1,fd00::1,");
  EXPECT_EQ(*find_setting(connection, "port"), "1,1,2");
  EXPECT_EQ(*find_setting(connection, "user"), "u");
}

TEST(HostList, BeginsBehindAPlaceThatIsPassedOver) {
  const Place one{"db", "1", "10.0.0.1"}, two{"db", "1", "10.0.0.2"}, unix{"/run", "2", ""},
      literal{"::01", "3", "::01"};
  struct Case {
    Place silent;
    std::vector<Place> left;
  };
  for (const auto& [silent, left] :
       {Case{one, {two, unix, literal}}, Case{two, {unix, literal, one}},
        Case{unix, {literal, one, two}}, Case{{"::01", "3", "::1"}, {one, two, unix}},
        Case{{"db", "1", "10.0.0.3"}, {unix, literal}}}) {
    std::vector<Place> places{one, two, unix, literal};
    EXPECT_TRUE(pass_over(places, silent)) << text_of(silent);
    EXPECT_EQ(places, left) << text_of(silent);
  }
  std::vector<Place> places{one, one, {"db", "", "10.0.0.9"}};
  EXPECT_FALSE(pass_over(places, {"other", "1", "10.0.0.1"}));
  EXPECT_EQ(places.size(), 3U);
  EXPECT_TRUE(pass_over(places, one)) << "all that are the same";
  EXPECT_TRUE(pass_over(places, {"db", "5432", "10.0.0.9"})) << "libpq's own port";
  EXPECT_TRUE(places.empty());
}

TEST(SilentPlaces, GoLastForAWhile) {
  const Place one{"a", "1", ""}, two{"b", "1", ""}, three{"c", "1", ""};
  const SilentPlaces::TimePoint start{};
  const auto order = [&](const SilentPlaces& silent, SilentPlaces::TimePoint now) {
    std::vector<Place> places{one, two, three};
    silent.put_last(places, now);
    return places;
  };
  SilentPlaces silent;
  silent.note(one, start);
  EXPECT_EQ(order(silent, start), (std::vector{two, three, one}));
  silent.note(three, start + SilentPlaces::kRemembered / 2);
  EXPECT_EQ(order(silent, start + SilentPlaces::kRemembered / 2), (std::vector{two, one, three}));
  EXPECT_EQ(order(silent, start + SilentPlaces::kRemembered), (std::vector{one, two, three}))
      << "it is asked again";
  silent.note(one, start + SilentPlaces::kRemembered * 3);
  EXPECT_EQ(order(silent, start + SilentPlaces::kRemembered * 3), (std::vector{two, three, one}));
}

TEST(SilentPlaces, AreBounded) {
  SilentPlaces silent;
  for (std::size_t i = 0; i < kHostsMax; ++i) silent.note({std::to_string(i), "1", ""}, {});
  std::vector<Place> places{{"x", "1", ""}, {"y", "1", ""}};
  silent.note(places[0], {});
  silent.put_last(places, {});
  EXPECT_EQ(places[0].host, "x");
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
  auto hosts = read_hosts({{"host", "db"}});
  hosts[0].addresses.assign(kHostsMax + 10, "10.0.0.1");
  EXPECT_EQ(places_of(hosts).size(), kHostsMax);
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
