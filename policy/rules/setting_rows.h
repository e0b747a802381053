// SPDX-License-Identifier: Apache-2.0
// pg_settings where a statement names the settings: then it is SHOW by another name.
#pragma once

#include "policy/rules/rule.h"

namespace policy::rules {

// True: it reads rows of pg_settings that it names, which check_settings judges; so no column of
// theirs is refused.
bool reads_named_settings(const Access& access, const RelationUse& use);

}  // namespace policy::rules
