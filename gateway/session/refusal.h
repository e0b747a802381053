// SPDX-License-Identifier: Apache-2.0
// Why a message is not forwarded, as the client is told (ErrorResponse) and as the audit records
// it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "gateway/pgwire/writer.h"
#include "policy/error_code.h"
#include "policy/facts.h"
#include "policy/judge.h"

namespace gateway::session {

struct Refusal {
  policy::ErrorCode code = policy::ErrorCode::InternalError;
  std::string sqlstate;  // of the code's face, unless PostgreSQL has a closer one
  std::string message, detail, hint;
  std::size_t position = 0;
  std::string_view statement_class;  // of the refused statement, where one was read
  // Borrowed from the verdict.
  std::span<const policy::Violation> violations;        // may be empty
  const policy::Facts* facts = nullptr;                 // of the refused statement; null: not known
  const policy::catalog::Snapshot* snapshot = nullptr;  // of the facts
};

// Of a verdict that does not allow: its first violation.
Refusal refusal_of(const policy::Verdict& verdict);
// Borrows the violation.
Refusal refusal_of(const policy::Violation& violation);
Refusal make_refusal(policy::ErrorCode code, std::string message, std::string hint = {});
// A refusal that PostgreSQL itself would have worded: its SQLSTATE and message, nothing else.
Refusal server_like(std::string_view sqlstate, std::string message);

Refusal no_audit();                        // it cannot be written, so nothing may run
Refusal no_catalog(std::string_view why);  // to judge by
Refusal cancelled();                       // by the client
Refusal changed_schema();                  // in this transaction: the catalog does not show it

void write_refusal(std::string& out, const Refusal& refusal,
                   pgwire::Severity severity = pgwire::Severity::Error);

}  // namespace gateway::session
