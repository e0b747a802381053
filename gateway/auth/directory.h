// SPDX-License-Identifier: Apache-2.0
// Users that are in no file: what the answer of a look-up in a database (`auth_query`) says of one.
// Pure: the rows come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/auth/verifier.h"

namespace gateway::auth {

// A cell that is nothing is NULL.
using DirectoryRow = std::vector<std::optional<std::string>>;

// Nobody who could log in, for whatever reason: told apart from others in the log alone.
struct NoSuchUser {
  std::string why = {};  // a sentence where somebody should know; else empty
};

struct FoundUser {
  ScramVerifier verifier;
};

// Nobody can be looked up now.
struct DirectoryFailure {
  enum class Kind : std::uint8_t {
    Unreachable,  // no answer from the server; it may be well later
    WrongAnswer,  // the query is wrong, or its answer
  };
  Kind kind = Kind::Unreachable;
  std::string why;  // without passwords and verifiers
};

using DirectoryAnswer = std::variant<NoSuchUser, FoundUser, DirectoryFailure>;

// `rows` hold a name and a verifier each: at most one row, and none but that of `user`. A function
// with OUT parameters answers for nobody with a row of NULLs.
DirectoryAnswer read_directory(std::string_view user, const std::vector<DirectoryRow>& rows);

}  // namespace gateway::auth
