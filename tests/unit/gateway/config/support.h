// SPDX-License-Identifier: Apache-2.0
// A minimal valid configuration, and readers of what parse() says about a changed one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/load.h"

namespace gateway::config::test {

inline constexpr std::string_view kVerifier =
    "SCRAM-SHA-256$4096:UG9zdGVybkV4YW1wbGUxIQ==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

// Pieces of a document; what is given here replaces the valid default.
struct Pieces {
  std::string users = "users:\n  - {name: ann, verifier: \"" + std::string(kVerifier) + "\"}\n";
  std::string databases =
      "databases:\n  - {name: shop, user: reader, pool_mode: session, readonly_role: ro}\n";
  std::string rest{};  // first in the document: its lines count from 1
};

std::string document(const Pieces& pieces);

// One database with `keys` ("port: 1, host: a") besides what is needed.
std::string with_database(std::string_view keys);

// One user `{name: ann, <keys>}`.
std::string with_user(std::string_view keys);

// The valid document with `text` before it.
std::string with(std::string_view text);

// Knows the files /secret ("s3cret\n"), /empty, /crlf, /nul and /latin1.
Sources sources(Environment environment = {});

// "3:5: error: path: message", in order; warnings included.
std::vector<std::string> said(std::string_view text, const Sources& sources = test::sources());

// The same without warnings.
std::vector<std::string> errors(std::string_view text, const Sources& sources = test::sources());

// Fails the test and gives the default when there are errors.
Config valid(std::string_view text, const Sources& sources = test::sources());

}  // namespace gateway::config::test
