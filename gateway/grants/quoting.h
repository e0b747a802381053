// SPDX-License-Identifier: Apache-2.0
// Names and texts as SQL, for scripts that somebody else runs: quoted always, so that no name, nor
// a keyword of a later version, can end what it stands in.
#pragma once

#include <string>
#include <string_view>

#include "policy/catalog/snapshot.h"

namespace gateway::grants {

// 'a''b'; with a backslash E'a\\b', which is read alike under either standard_conforming_strings.
std::string literal(std::string_view text);
// $postern$…$postern$, with a tag that `body` does not have.
std::string dollar_quoted(std::string_view body);
// `text` behind "-- ": whatever it holds, it stays one comment.
std::string comment(std::string_view text);

std::string relation_sql(const policy::catalog::Snapshot& snapshot,
                         const policy::catalog::Relation& relation);
// With the types of its input arguments: what ON ROUTINE takes.
std::string routine_sql(const policy::catalog::Snapshot& snapshot,
                        const policy::catalog::Function& function);

}  // namespace gateway::grants
