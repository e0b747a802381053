// SPDX-License-Identifier: Apache-2.0
// scan_text() against libpg_query's own lexer on random mixes of what is hard to lex: where the
// lexer sees brackets as code, the scan must see them, else a bomb could hide; and the other way
// round, else harmless text is refused.
#include <gtest/gtest.h>
#include <pg_query.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "policy/text_scan.h"

namespace policy {
namespace {

constexpr std::array<std::string_view, 64> kPieces = {
    "'",   "''",  "\"",  "\\",  "\\'", "E'", "e'", "U&'", "U&\"", "b'", "x'", "n'", "$",
    "$$",  "$a$", "$A$", "$1",  "$a",  "a$", "a",  "e",   "u&",   "_",  "1",  "1.", ".5",
    "1e5", "1e",  "0x1", "0b1", "1_0", "..", "--", "/*",  "*/",   "/",  "*",  "-",  "+",
    "\n",  "\r",  " ",   "\t",  "\v",  "\f", ";",  ",",   ":",    "::", ":=", "=>", "<>",
    "!=",  "@",   "?",   "|",   "ä",   "é",  "€",  "[",   "]",    ")",  "%",  "#"};

std::string random_prefix(std::mt19937& random) {
  std::string text;
  const auto count = 1 + random() % 14;
  for (std::size_t i = 0; i < count; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

// How much the lexer's list of tokens takes; -1 when it gives up with an error.
long token_bytes(const std::string& sql) {
  const PgQueryScanResult result = pg_query_scan(sql.c_str());
  const long bytes = result.error == nullptr ? static_cast<long>(result.pbuf.len) : -1;
  pg_query_free_scan_result(result);
  return bytes;
}

TEST(ScanAgrees, BracketsAreCodeWhereTheLexerSaysSo) {
  std::mt19937 random(20240611);
  const std::string brackets(kBracketDepthMax + 1, '(');
  int live = 0, dead = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::string prefix = random_prefix(random);
    const long bytes = token_bytes(prefix + brackets);
    if (bytes < 0) continue;
    // A bracket that is a token takes several bytes there; one inside a literal or comment none.
    const bool is_live = bytes > static_cast<long>(brackets.size()) * 4;
    const auto fault = scan_text(prefix + brackets, {.bytes_max = 1 << 20, .server_major = 17});
    const bool is_seen = fault && fault->kind == TextFault::Kind::BracketsTooDeep;
    ASSERT_EQ(is_seen, is_live) << testing::PrintToString(prefix);
    ++(is_live ? live : dead);
  }
  EXPECT_GT(live, 1000);
  EXPECT_GT(dead, 1000);
}

}  // namespace
}  // namespace policy
