// SPDX-License-Identifier: Apache-2.0
// Whether what the server says of a statement, in an error or a notice, may quote what the
// principal may not read. Errors of a plain query quote what it reads, which was judged; what
// writes runs constraints and triggers, and code beyond PostgreSQL's own reads what it likes.
#pragma once

#include "policy/facts.h"
#include "policy/rules/access.h"
#include "policy/statement_class.h"

namespace policy::rules {

// Of EXECUTE, FETCH and MOVE (Effect::Execute, Effect::Fetch) only their own arguments are meant:
// the text that they run answers for itself. Where something is not known the answer is true.
bool may_quote_hidden(StatementClass statement_class, const Facts& facts, const Access& access);

}  // namespace policy::rules
