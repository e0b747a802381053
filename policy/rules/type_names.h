// SPDX-License-Identifier: Apache-2.0
// Names of types as people write them, to types of a catalog and back: "character varying",
// "int[]".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/catalog/snapshot.h"

namespace policy::rules {

// As format_type() prints it, but with the schema of every type that is not PostgreSQL's own.
std::string type_name(const catalog::Snapshot& snapshot, catalog::Oid type);

// Without its schema it is looked up on `search_path`. Length and precision say nothing here, as in
// the signature of a function. Nothing: no such type, or not understood.
std::optional<catalog::Oid> find_type(const catalog::Snapshot& snapshot,
                                      std::span<const catalog::Oid> search_path,
                                      std::string_view text);

}  // namespace policy::rules
