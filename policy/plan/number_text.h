// SPDX-License-Identifier: Apache-2.0
// Estimates as people read them.
#pragma once

#include <string>

namespace policy::plan {

// "2500000", "8.3", from 10^15 on "4e+20".
std::string number_text(double number);

}  // namespace policy::plan
