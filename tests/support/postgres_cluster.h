// SPDX-License-Identifier: Apache-2.0
// A real, throwaway PostgreSQL for tests: trust authentication, superuser "postgres", no
// durability, on a Unix socket and a free TCP port. A helper process of its own stops and removes
// it when this process closes it or dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace tests {

class PostgresCluster {
 public:
  // `settings`: lines for the server's command line, such as "max_connections=10".
  static std::expected<std::unique_ptr<PostgresCluster>, std::string> start(
      std::vector<std::string> settings = {});
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  const std::string& socket_directory() const { return directory_; }  // libpq's `host`
  std::uint16_t port() const { return port_; }
  std::string conninfo() const;  // as postgres, on database postgres

  // First column of the first row of the last statement; runs as superuser. Aborts on an error: for
  // set-up and questions that cannot fail.
  std::string query(const std::string& sql) const;

  void signal_postmaster(int signum) const;

 private:
  PostgresCluster() = default;

  std::string directory_;
  std::uint16_t port_ = 0;
  pid_t janitor_ = -1;
  int lifeline_ = -1;  // the janitor cleans up when it is closed
};

}  // namespace tests
