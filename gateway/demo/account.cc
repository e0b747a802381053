// SPDX-License-Identifier: Apache-2.0
#include "gateway/demo/account.h"

#include <pwd.h>
#include <unistd.h>

namespace gateway::demo {

Result<std::optional<Account>> unprivileged_account() {
  if (geteuid() != 0) return std::nullopt;
  for (const char* name : {"postgres", "nobody"}) {
    const passwd* entry = getpwnam(name);
    if (entry != nullptr && entry->pw_uid != 0) {
      return Account{entry->pw_uid, entry->pw_gid, name};
    }
  }
  return fail("PostgreSQL does not run as root, and there is no user postgres or nobody to run it");
}

}  // namespace gateway::demo
