// SPDX-License-Identifier: Apache-2.0
// A snapshot as a JSON text: one schema, relation, function, type, operator, cast or foreign key a
// line, by OID, defaults left out. The same rows give the same bytes. How built-in functions are
// decided is not part of it: that is looked up when it is loaded.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "policy/catalog/snapshot.h"

namespace policy::catalog {

std::string dump(const Rows& rows);

// The error says what is wrong and where: "relations[12].columns[3]: 'type' must be a number from 0
// to 4294967295".
std::expected<Rows, std::string> load_json(std::string_view text);

}  // namespace policy::catalog
