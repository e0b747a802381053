// SPDX-License-Identifier: Apache-2.0
// The one table from parse-tree nodes to statement classes.
#pragma once

#include <optional>

#include "policy/statement_class.h"

namespace policy {

// The class of a node tag of PostgreSQL's; nothing for a node that is no statement.
// What the tag alone does not tell (COPY's direction, the object of a DROP) class_of() refines.
std::optional<StatementClass> class_of_tag(int tag);

// The class of `node`, a PostgreSQL Node; nothing for a node that is no statement.
std::optional<StatementClass> class_of(const void* node);

}  // namespace policy
