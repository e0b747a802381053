// SPDX-License-Identifier: Apache-2.0
#include "gateway/descriptors.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

config::Config with_pools(std::initializer_list<std::size_t> sizes) {
  config::Config config;
  config.listen.max_clients = 500;
  for (const std::size_t size : sizes) config.databases.emplace_back().max_pool_size = size;
  return config;
}

TEST(Descriptors, AreWantedForBothPoolsOfEachDatabase) {
  const std::size_t without = descriptors_wanted(with_pools({}));
  EXPECT_GT(without, 500u);
  EXPECT_EQ(descriptors_wanted(with_pools({30, 7})), without + 2 * (30 + 7));
}

TEST(Descriptors, AreTooFewBelowThatNumberAlone) {
  const config::Config config = with_pools({10});
  const std::size_t wanted = descriptors_wanted(config);
  EXPECT_EQ(descriptor_shortage(config, wanted), "");
  const std::string shortage = descriptor_shortage(config, wanted - 1);
  EXPECT_TRUE(shortage.contains("LimitNOFILE) to " + std::to_string(wanted) + ",")) << shortage;
}

}  // namespace
}  // namespace gateway
