// SPDX-License-Identifier: Apache-2.0
// What an answer of the server holds, judged by where it says that its columns come from. The last
// line of defence: the statement was allowed before it ran. It sees plain columns only.
#pragma once

#include <cstdint>

#include "policy/catalog/snapshot.h"
#include "policy/rules/access.h"

namespace policy {

enum class OutputVerdict : std::uint8_t {
  Readable,
  Denied,
  Unknown,  // the catalog does not have it
};

// `origin` as RowDescription has it: column 0 is the whole row, a negative one a system column;
// relation 0 is an expression, and readable.
OutputVerdict judge_output(const Access& access, catalog::ColumnKey origin);

}  // namespace policy
