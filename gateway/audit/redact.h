// SPDX-License-Identifier: Apache-2.0
// Takes literals out of SQL text for the audit record. A lexer of its own, because also text that
// does not parse is recorded; where in doubt it takes out too much. Pure.
#pragma once

#include <string>
#include <string_view>

namespace gateway::audit {

// String, bit-string and numeric literals become $n, numbered after the highest parameter of the
// text; comments become a space. Identifiers, quoted ones too, stay. An unterminated literal,
// comment or quoted identifier takes the rest of the text with it. Assumes
// standard_conforming_strings = on, which the gateway pins.
std::string redact_statement(std::string_view sql);

// The same for a message about a statement, but "quoted" words stay only if they occur in
// `redacted_sql`: PostgreSQL quotes literals and names alike.
std::string redact_message(std::string_view message, std::string_view redacted_sql);

}  // namespace gateway::audit
