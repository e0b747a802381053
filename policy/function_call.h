// SPDX-License-Identifier: Apache-2.0
// The protocol's FunctionCall message: a function by its OID, with arguments that nobody has seen.
#pragma once

#include <string>

#include "policy/catalog/snapshot.h"
#include "policy/judge.h"

namespace policy {

// As judge() of a SELECT that calls the function with arguments that are no constants: what depends
// on them (set_config, nextval) is refused where it could be allowed. Refused, too, where no
// catalog says which function it is. One statement, SELECT by class. Never throws.
Verdict judge_call(catalog::Oid function, const Profile& profile);

// What stands in the audit record for its text: "FUNCTION CALL pg_catalog.abs(integer)"; an OID
// where the profile has no catalog or the catalog no such function.
std::string call_text(catalog::Oid function, const Profile& profile);

}  // namespace policy
