// SPDX-License-Identifier: Apache-2.0
// Property: what is refused stays refused, and what is allowed stays allowed, however it is
// spelled: white space, comments and line ends between tokens, letter case, empty statements and
// harmless neighbours around it. The corpus's attacks stay refused by its policy, also quoted and
// wrapped. Any text gets a verdict by that policy, and the cache gives the same for it and for the
// text with other digits.
#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <string>
#include <string_view>

#include "policy/cache.h"
#include "policy/judge.h"
#include "tests/fuzz/attack.h"
#include "tests/fuzz/canary.h"
#include "tests/support/verdict_text.h"

namespace {

// Tokens are separated by one blank; no blank inside literals.
constexpr std::array<std::string_view, 34> kDenied = {
    "INSERT INTO t VALUES ( 1 )",
    "UPDATE t SET a = 'x'",
    "DELETE FROM ONLY t",
    "MERGE INTO t USING s ON t . a = s . a WHEN MATCHED THEN DELETE",
    "WITH x AS ( DELETE FROM t RETURNING * ) SELECT * FROM x",
    "SELECT * INTO u FROM t",
    "SELECT * FROM t FOR UPDATE",
    "SELECT ( SELECT a FROM t FOR KEY SHARE )",
    "SELECT set_config ( 'role' , 'x' , false )",
    "SELECT pg_catalog . set_config ( 'client_encoding' , 'SJIS' , false )",
    "SELECT 1 WHERE set_config ( a , b , true ) = 'x'",
    "CREATE TABLE u AS SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM t",
    "EXPLAIN ( ANALYZE , VERBOSE ) INSERT INTO t VALUES ( 1 )",
    "EXPLAIN CREATE TABLE u AS SELECT 1",
    "PREPARE p AS DELETE FROM t",
    "DECLARE c CURSOR FOR SELECT 1 FROM t FOR SHARE",
    "COPY t FROM STDIN",
    "COPY t TO '/tmp/x'",
    "COPY t TO PROGRAM 'x'",
    "COPY ( DELETE FROM t RETURNING a ) TO STDOUT",
    "SET ROLE x",
    "SET SESSION AUTHORIZATION 'x'",
    "RESET ROLE",
    "SET client_encoding = 'SJIS'",
    "SET NAMES 'GBK'",
    "SET standard_conforming_strings = off",
    "SET search_path TO secret , public",
    "BEGIN TRANSACTION READ WRITE",
    "SET TRANSACTION READ WRITE",
    "SET LOCAL transaction_read_only = 0",
    "DO $x$begin$x$",
    "PREPARE TRANSACTION 'x'",
    "GRANT SELECT ON t TO x",
};

constexpr std::array<std::string_view, 14> kAllowed = {
    "SELECT a , b FROM t WHERE c = 'DELETE' ORDER BY 1",
    "SELECT \"delete\" , 'it''s' , E'\\'' , $q$drop$q$ FROM t",
    "WITH x AS ( SELECT 1 ) SELECT * FROM x",
    "VALUES ( 1 ) , ( 2 )",
    "TABLE t",
    "SHOW ALL",
    "SET TIME ZONE 'UTC'",
    "SET client_encoding TO 'UTF8'",
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
    "COMMIT AND CHAIN",
    "PREPARE p AS SELECT $1",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "COPY ( SELECT 1 ) TO STDOUT",
    "EXPLAIN ( ANALYZE ) SELECT 1",
};

// Numbers that nothing depends on, beside some that much depends on.
constexpr std::array<std::string_view, 14> kNumbered = {
    "SELECT id , user_id FROM orders WHERE id = 42 AND user_id < - 7",
    "SELECT id FROM orders WHERE id IN ( 1 , 22 , 333 ) ORDER BY 1",
    "SELECT id FROM orders WHERE id BETWEEN 10 AND 20 LIMIT 5 OFFSET 10",
    "SELECT id + 1 , id :: varchar ( 10 ) FROM orders",
    "SELECT CAST ( 5 AS regclass ) FROM orders WHERE id = 5",
    "SELECT relname FROM pg_class WHERE oid = 1259",
    "SELECT x . * FROM ( VALUES ( 1 , 2 ) , ( 3 , 4 ) ) x ( a , b ) GROUP BY 1 , 2",
    "INSERT INTO orders ( id ) VALUES ( 7 ) , ( -8 )",
    "UPDATE orders SET user_id = 7 , id = id + 1 WHERE id = 9",
    "DELETE FROM orders WHERE id = 3",
    "SELECT id FROM orders LIMIT 1 ; SELECT ssn FROM users LIMIT 2",
    "SELECT ssn FROM users WHERE id = 5",
    "SELECT repeat ( email , 3 + 4 ) FROM users WHERE id = 1e+5 OR id = 1.5",
    "SELECT email [ 1 : 2 ] FROM users FETCH FIRST 3 ROWS ONLY",
};

constexpr std::array<std::string_view, 10> kBetween = {
    " ", "\n", "\t", "\r\n", "/**/", "/* ' */", "/* /* \" */ */", "-- '\n", "--\r", " \f "};
constexpr std::array<std::string_view, 6> kAround = {"",           ";",    "SELECT 1;",
                                                     " /* $$ */ ", "--\n", ";;"};

bool is_quoted(std::string_view token) {
  return token.find_first_of("'\"$") != std::string_view::npos;
}

void add_token(std::string& sql, std::string_view token, FuzzedDataProvider& input) {
  const bool changes_case = !is_quoted(token) && input.ConsumeBool();
  for (const char c : token) {
    const auto byte = static_cast<unsigned char>(c);
    const int changed = std::isupper(byte) ? std::tolower(byte) : std::toupper(byte);
    sql += changes_case && input.ConsumeBool() ? static_cast<char>(changed) : c;
  }
}

std::string respell(std::string_view statement, FuzzedDataProvider& input) {
  std::string sql(input.PickValueInArray(kAround));
  while (!statement.empty()) {
    const auto blank = statement.find(' ');
    add_token(sql, statement.substr(0, blank), input);
    statement = blank == std::string_view::npos ? "" : statement.substr(blank + 1);
    if (!statement.empty()) sql += input.PickValueInArray(kBetween);
  }
  // Behind a semicolon: "DO $x$…$x$" and the like must end before what follows.
  return sql + ";" + std::string(input.PickValueInArray(kAround));
}

bool allowed(std::string_view sql) {
  const policy::Profile profile{.allow_explain = true, .search_path = "public"};
  return policy::judge({.sql = sql, .parameter_types = {}, .profile = profile}).allowed();
}

bool passes_policy(std::string_view sql) {
  const auto& attacks = fuzz::Attacks::of_corpus();
  return policy::judge({.sql = sql,
                        .parameter_types = {},
                        .profile = attacks.profile(),
                        .server_major = attacks.server_major()})
      .allowed();
}

// The verdict in full, by the policy, for who may write.
void compare_with_cache(policy::VerdictCache& cache, std::string_view sql) {
  policy::Profile profile = fuzz::Attacks::of_corpus().profile();
  profile.mode = policy::Mode::Balanced;
  const policy::Question question{.sql = sql,
                                  .parameter_types = {},
                                  .profile = profile,
                                  .server_major = fuzz::Attacks::of_corpus().server_major()};
  const std::string cached = support::text_of(*cache.judge(question));
  const bool same = cached == support::text_of(policy::judge(question));
  if (!same) std::fprintf(stderr, "cached otherwise: %.*s\n", int(sql.size()), sql.data());
  fuzz::require(same && !fuzz::canary());
}

void change_digits(std::string sql, FuzzedDataProvider& input) {
  policy::VerdictCache cache(1 << 20, 42);
  compare_with_cache(cache, sql);
  for (int i = 0; i < 3; ++i) {
    for (char& c : sql) {
      if (std::isdigit(static_cast<unsigned char>(c)) == 0) continue;
      c = static_cast<char>('0' + input.ConsumeIntegralInRange(0, 9));
    }
    compare_with_cache(cache, sql);
  }
}

void change_digits_of_some(FuzzedDataProvider& input) {
  switch (input.ConsumeIntegralInRange(0, 2)) {
    case 0: return change_digits(respell(input.PickValueInArray(kNumbered), input), input);
    case 1: return change_digits(std::string(input.PickValueInArray(kNumbered)), input);
    default: break;
  }
  const std::string sql = input.ConsumeRandomLengthString();
  change_digits(sql, input);
}

void spell_statements(FuzzedDataProvider& input) {
  fuzz::require(!allowed(respell(input.PickValueInArray(kDenied), input)) && !fuzz::canary());
  fuzz::require(allowed(respell(input.PickValueInArray(kAllowed), input)));
}

void disguise_attack(FuzzedDataProvider& input) {
  const auto& all = fuzz::Attacks::of_corpus().statements();
  const auto& attack = all[input.ConsumeIntegralInRange<std::size_t>(0, all.size() - 1)];
  const std::string sql = fuzz::disguise(attack, input);
  const bool passes = passes_policy(sql);
  if (passes) std::fprintf(stderr, "allowed: %s\n", sql.c_str());
  fuzz::require(!passes && !fuzz::canary());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  switch (input.ConsumeIntegralInRange(0, 4)) {
    case 0: spell_statements(input); break;
    case 1: passes_policy(input.ConsumeRemainingBytesAsString()); break;
    case 2: change_digits_of_some(input); break;
    default: disguise_attack(input); break;
  }
  return 0;
}
