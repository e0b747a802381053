// SPDX-License-Identifier: Apache-2.0
#include "gateway/config/network.h"

#include <gtest/gtest.h>

namespace gateway::config {
namespace {

TEST(Network, ContainsTheAddressesUnderItsPrefix) {
  struct Case {
    std::string_view network, address;
    bool contains;
  };
  const Case cases[] = {
      {"10.0.0.0/8", "10.0.0.0", true},
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/8", "9.255.255.255", false},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"10.0.0.0/8", "::10.1.2.3", false},
      {"10.0.0.0/8", "a00::", false},
      {"192.168.4.0/22", "192.168.7.255", true},
      {"192.168.4.0/22", "192.168.8.0", false},
      {"192.168.4.128/25", "192.168.4.128", true},
      {"192.168.4.128/25", "192.168.4.127", false},
      {"1.2.3.4", "1.2.3.4", true},
      {"1.2.3.4", "1.2.3.5", false},
      {"1.2.3.4/32", "1.2.3.4", true},
      {"0.0.0.0/0", "255.1.2.3", true},
      {"0.0.0.0/0", "::1", false},
      {"::/0", "::1", true},
      {"::1", "::1", true},
      {"::1", "::2", false},
      {"2001:db8::/32", "2001:db8:ffff::1", true},
      {"2001:db8::/32", "2001:db9::", false},
      {"fe80::/10", "febf::1", true},
      {"fe80::/10", "fec0::1", false},
      {"::ffff:10.0.0.0/104", "10.9.9.9", true},
      {"10.0.0.0/8", "", false},
      {"::/0", "", false},
      {"::/0", "[local]", false},
      {"::/0", "localhost", false},
  };
  for (const Case& c : cases) {
    const auto network = parse_network(c.network);
    ASSERT_TRUE(network.has_value()) << c.network << network.error();
    EXPECT_EQ(contains(*network, c.address), c.contains) << c.network << " " << c.address;
  }
}

TEST(Network, RefusesWhatIsNone) {
  struct Case {
    std::string_view text, error;
  };
  const Case cases[] = {
      {"", "is no numeric address"},
      {"localhost", "is no numeric address"},
      {"10.0.0", "is no numeric address"},
      {"10/8", "is no numeric address"},
      {"10.0.0.0/33", "must end with /0 to /32"},
      {"10.0.0.0/", "must end with"},
      {"10.0.0.0/-1", "must end with"},
      {"10.0.0.0/+8", "must end with"},
      {"10.0.0.0/08", "must end with"},
      {"10.0.0.0/8 ", "must end with"},
      {"10.0.0.0/8/8", "must end with"},
      {"::/129", "must end with /0 to /128"},
      {"10.0.0.1/8", "write 10.0.0.0/8"},
      {"2001:db8::1/32", "write 2001:db8::/32"},
      {std::string_view("1.2.3.4\0", 8), "is no numeric address"},
  };
  for (const Case& c : cases) {
    const auto network = parse_network(c.text);
    ASSERT_FALSE(network.has_value()) << c.text;
    EXPECT_TRUE(network.error().contains(c.error)) << network.error();
  }
}

}  // namespace
}  // namespace gateway::config
