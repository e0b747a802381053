// SPDX-License-Identifier: Apache-2.0
// The words for texts that cannot be read.
#pragma once

#include <string_view>

#include "policy/judge.h"
#include "policy/reader/reader.h"
#include "policy/text_scan.h"

namespace policy {

Violation refusal_of(const TextFault& fault, const Question& question);
Violation refusal_of(const ReadFailure& failure);

}  // namespace policy
