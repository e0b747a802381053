// SPDX-License-Identifier: Apache-2.0
// What to write instead. No hint names what the principal may not read.
#pragma once

#include <string>
#include <string_view>

#include "policy/rules/access.h"

namespace policy::rules {

// "id, email, full_name": those that may be read, in order; empty: none may.
std::string readable_columns(const Access& access, const catalog::Relation& relation);
// "Readable columns of public.users: id, email." Or that there are none.
std::string columns_hint(const Access& access, const catalog::Relation& relation);

// "Perhaps public.orders is meant." The readable relation whose name is nearest to `name`, in
// `schema` unless it is empty; empty where none is near.
std::string nearest_relation_hint(const Access& access, std::string_view name,
                                  std::string_view schema);

// What may be used where a schema may not. Empty: nothing helps.
std::string schemas_hint(const Access& access);

}  // namespace policy::rules
