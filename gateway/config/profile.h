// SPDX-License-Identifier: Apache-2.0
// What the policy engine judges by, from the configuration's values. One function for the wire and
// for `postern check`: both judge alike because both ask here.
#pragma once

#include "gateway/config/config.h"
#include "policy/judge.h"

namespace gateway::config {

policy::Profile profile_of(const Database& database, const Listen& listen);

}  // namespace gateway::config
