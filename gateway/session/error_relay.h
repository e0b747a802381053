// SPDX-License-Identifier: Apache-2.0
// What a client is told of a server's error or notice. Where its text may quote what the client may
// not read, only what the server says of itself is passed on; where the statement was rewritten,
// the position is told in the client's own text. Pure: the body of a message in, another one out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace policy {
class Access;
struct Rewritten;
}  // namespace policy

namespace gateway::session {

// In place of a message that may quote what may not be read.
inline constexpr std::string_view kWithheldMessage =
    "the server's message is withheld, because it may quote what may not be read";
inline constexpr std::string_view kWithheldHint =
    "The operator of the gateway can read it in the audit log, unless texts are redacted there.";

struct ServerText {
  enum class Kind : std::uint8_t { Error, BindError, Notice };
  enum class Extent : std::uint8_t { Whole, Front };  // Front: the rest will not be read
  Kind kind = Kind::Error;
  Extent extent = Extent::Whole;
  std::string_view body{};
};

struct Relaying {
  const policy::Access* access = nullptr;  // that hides what may be quoted; null: nothing is
  const policy::Rewritten* rewritten =
      nullptr;  // what the server was sent in another form; null: none
};

// The body to send instead; nothing: it may pass as it is. Severity, SQLSTATE, file, line and
// routine always stay. DETAIL, context and internal query go where `access` is given, but for
// DETAIL of a constraint of a relation that may be read as a whole. MESSAGE and HINT go where the
// text was made below the statement (it has a context) or of values (class 22, and names that a
// value may have given); so do names of objects where code made the error up. An unknown field
// goes.
std::optional<std::string> relayed(const ServerText& text, const Relaying& relaying);

}  // namespace gateway::session
