// SPDX-License-Identifier: Apache-2.0
// The catalog of the policy corpus (tests/corpus/policy/schema.sql on PostgreSQL 15), and what the
// resolver finds in a statement over it, in a few words.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "policy/catalog/snapshot.h"
#include "policy/facts.h"

namespace policy {

catalog::Rows corpus_rows();
std::shared_ptr<const catalog::Snapshot> corpus_snapshot();

// The same as a server of another major version would have it, with functions public.json_value and
// the like, a table public.words of a column for each, all of which newer grammars took.
std::shared_ptr<const catalog::Snapshot> older_snapshot(int major);

// Of the first statement of `sql`, search path public.
Facts facts_of(std::string_view sql, const catalog::Snapshot& snapshot = *corpus_snapshot());

// "users(id, ssn) orders(*)": relations in order of their names, with their schema unless it is
// public; columns by name. `c*` by a star, `c=` by a join, `c!` written, `(row)` the whole row. An
// error is its SQLSTATE; what is uncertain, "uncertain: " and the construct.
std::string told(std::string_view sql, const catalog::Snapshot& snapshot = *corpus_snapshot());

// Every function that is not built in and could run, "public.reverse(character varying)" as
// "public.reverse", sorted, with the kind of call unless it is a function:
// "public.vc_cat/operator".
std::string calls(std::string_view sql, const catalog::Snapshot& snapshot = *corpus_snapshot());

}  // namespace policy
