// SPDX-License-Identifier: Apache-2.0
// How refusals name things: as the person who reads them would write them in SQL.
#pragma once

#include <string>
#include <string_view>

#include "policy/catalog/snapshot.h"

namespace policy::rules {

// With quotes where SQL needs them.
std::string quoted_name(std::string_view name);
// "public.users"
std::string relation_name(const catalog::Snapshot& snapshot, const catalog::Relation& relation);
// "table", "view"
std::string_view relation_kind(const catalog::Relation& relation);
// "table public.users"
std::string relation_words(const catalog::Snapshot& snapshot, const catalog::Relation& relation);
// "public.reverse(character varying)"; a built-in one has no schema.
std::string signature(const catalog::Snapshot& snapshot, const catalog::Function& function);

}  // namespace policy::rules
