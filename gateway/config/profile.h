// SPDX-License-Identifier: Apache-2.0
// What the policy engine judges by, from the configuration's values. One function for the wire and
// for `postern check`: both judge alike because both ask here.
#pragma once

#include "gateway/config/config.h"
#include "gateway/config/principal.h"
#include "policy/judge.h"

namespace gateway::config {

// True where statements are judged by more than their class: a catalog is needed.
bool has_rules(const AccessRules& access);

// The database's own.
policy::Profile profile_of(const Database& database, const Listen& listen);

// Of a client, by profile_inputs(). Without `access`, which needs a catalog.
policy::Profile profile_of(const Database& database, const ProfileInputs& inputs,
                           const Listen& listen);

}  // namespace gateway::config
