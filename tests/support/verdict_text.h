// SPDX-License-Identifier: Apache-2.0
// A verdict in full as text, to compare two of them.
#pragma once

#include <string>

#include "policy/judge.h"

namespace support {

// Every field, offsets included; catalog objects by OID. Two verdicts on one catalog are equal
// where their texts are.
std::string text_of(const policy::Verdict& verdict);

}  // namespace support
