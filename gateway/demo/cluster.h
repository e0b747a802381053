// SPDX-License-Identifier: Apache-2.0
// A private, throwaway PostgreSQL with the shop in it. It listens on 127.0.0.1, where only
// passwords are accepted, and on a socket in a directory that nobody else may enter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "gateway/demo/account.h"
#include "gateway/demo/binaries.h"
#include "gateway/demo/child.h"
#include "gateway/demo/failure.h"
#include "gateway/demo/signals.h"
#include "gateway/demo/temp_dir.h"

namespace gateway::demo {

struct ClusterPlan {
  Binaries binaries;
  std::optional<Account> account;
  std::string gateway_password;  // of the role postern_gateway
};

class Cluster {
 public:
  // initdb, start, load. Everything it writes is in `folder`.
  static Result<Cluster> make(const ClusterPlan& plan, const TempDir& folder, Signals& signals);

  std::uint16_t port() const { return port_; }
  Child& process() { return process_; }
  const std::filesystem::path& log_path() const { return log_path_; }

 private:
  Cluster(Child process, std::uint16_t port, std::filesystem::path log_path);
  Child process_;
  std::uint16_t port_;
  std::filesystem::path log_path_;
};

}  // namespace gateway::demo
