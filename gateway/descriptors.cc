// SPDX-License-Identifier: Apache-2.0
#include "gateway/descriptors.h"

#include <fmt/format.h>
#include <sys/resource.h>

namespace gateway {
namespace {

// Listeners, loop, logs, HTTP, and connections that log in or carry a cancel.
constexpr std::size_t kBeside = 200;

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

// A database has two pools: the other one is for principals that may write where it may not.
std::size_t descriptors_wanted(const config::Config& config) {
  std::size_t wanted = config.listen.max_clients + kBeside;
  for (const config::Database& database : config.databases) wanted += 2 * database.max_pool_size;
  return wanted;
}

std::string descriptor_shortage(const config::Config& config, std::size_t limit) {
  const std::size_t wanted = descriptors_wanted(config);
  if (limit >= wanted) return {};
  return fmt::format(
      "{} file descriptors are too few for listen.max_clients ({}) and the pools: raise the hard "
      "limit (ulimit -Hn, LimitNOFILE) to {}, or lower max_clients",
      limit, config.listen.max_clients, wanted);
}

}  // namespace gateway
