// SPDX-License-Identifier: Apache-2.0
// The unprivileged account that PostgreSQL runs as when the demo is run by root, which it refuses.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "gateway/demo/failure.h"

namespace gateway::demo {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};

// Nothing when we are not root and children can run as we do; else `postgres`, else `nobody`.
Result<std::optional<Account>> unprivileged_account();

}  // namespace gateway::demo
