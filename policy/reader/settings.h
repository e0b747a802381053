// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "policy/reader/facts.h"

namespace policy {

// The settings that one node uses: SET, RESET, the options of BEGIN and SET TRANSACTION, a call of
// a function named set_config, an UPDATE of pg_settings. Empty for any other node.
std::vector<SettingUse> settings_of(const void* node);

}  // namespace policy
