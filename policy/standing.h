// SPDX-License-Identifier: Apache-2.0
// What a principal is judged by now. Replaced as a whole when the policy or the catalog changes.
#pragma once

#include <memory>
#include <string>

#include "policy/judge.h"

namespace policy {

struct Standing {
  std::shared_ptr<const Profile> profile;  // never null
  // Why nothing can be judged by it: its rules need a catalog that could not be read. Empty: it
  // can.
  std::string unavailable{};
};

}  // namespace policy
