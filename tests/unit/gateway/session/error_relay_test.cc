// SPDX-License-Identifier: Apache-2.0
// What is left of a server's error that may quote what the client may not read. The bodies are
// PostgreSQL 15's own.
#include "gateway/session/error_relay.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/rewrite/positions.h"
#include "policy/rules/access.h"

namespace gateway::session {
namespace {

namespace catalog = policy::catalog;
using Kind = ServerText::Kind;
using Fields = std::map<char, std::string>;

// public.users (id, email, ssn), of which ssn may not be read; public.orders, all readable;
// public.rows, with row security.
const policy::Access& access() {
  static const policy::Access kAccess = [] {
    catalog::Rows rows{.server_major = 15};
    rows.schemas.push_back({.oid = 2200, .name = rows.keep("public")});
    const auto add = [&](catalog::Oid oid, std::string_view name,
                         const std::vector<std::string_view>& columns) -> catalog::Relation& {
      catalog::Relation relation{.oid = oid, .schema = 2200, .name = rows.keep(name)};
      for (const auto column : columns) {
        const auto number = static_cast<std::int16_t>(relation.columns.size() + 1);
        relation.columns.push_back({.name = rows.keep(column), .type = 25, .number = number});
      }
      rows.relations.push_back(std::move(relation));
      return rows.relations.back();
    };
    add(16500, "users", {"id", "email", "ssn"});
    add(16501, "orders", {"id", "user_id"});
    add(16502, "rows", {"id"}).has_row_security = true;
    return policy::Access({.columns = {.denied = {"users.ssn"}}},
                          std::make_shared<const catalog::Snapshot>(std::move(rows)), {"public"});
  }();
  return kAccess;
}

std::string body_of(const Fields& fields) {
  std::string body;
  for (const auto& [code, text] : fields) body.append(1, code).append(text).push_back('\0');
  return body + '\0';
}

Fields fields_of(std::string_view body) {
  Fields fields;
  while (body.size() > 1) {
    const std::size_t end = body.find('\0', 1);
    fields[body[0]] = body.substr(1, end - 1);
    body.remove_prefix(end + 1);
  }
  EXPECT_EQ(body, std::string_view("\0", 1));
  return fields;
}

Fields heard(Fields fields, Kind kind = Kind::Error) {
  const bool is_notice = kind == Kind::Notice;
  fields.try_emplace('S', is_notice ? "NOTICE" : "ERROR");
  fields.try_emplace('V', is_notice ? "NOTICE" : "ERROR");
  const auto body = relayed({.kind = kind, .body = body_of(fields)}, {.access = &access()});
  return body ? fields_of(*body) : fields;
}

struct Case {
  std::string_view name;
  Fields said;
  std::string left;  // the codes of the fields that come through as they were
  Kind kind = Kind::Error;
};

const std::string kWithheld(kWithheldMessage);

const Case kCases[] = {
    {"the row of a check constraint",
     {{'C', "23514"},
      {'M', "new row for relation \"users\" violates check constraint \"c\""},
      {'D', "Failing row contains (7, a@b, 123-45-6789)."},
      {'s', "public"},
      {'t', "users"},
      {'n', "c"},
      {'F', "execMain.c"},
      {'L', "2003"},
      {'R', "ExecConstraints"}},
     "CFLMRSVnst"},
    {"the row of a table that may be read",
     {{'C', "23502"},
      {'M', "null value in column \"id\" of relation \"orders\" violates not-null constraint"},
      {'D', "Failing row contains (null, 1)."},
      {'s', "public"},
      {'t', "orders"},
      {'c', "id"},
      {'R', "ExecConstraints"}},
     "CDMRSVcst"},
    {"the row of a table with row security",
     {{'C', "23505"},
      {'M', "duplicate key value violates unique constraint \"k\""},
      {'D', "Key (id)=(4) already exists."},
      {'s', "public"},
      {'t', "rows"},
      {'n', "k"}},
     "CMSVnst"},
    {"the row of a table that is not known",
     {{'C', "23505"},
      {'M', "duplicate key value violates unique constraint \"k\""},
      {'D', "Key (id)=(4) already exists."},
      {'s', "public"},
      {'t', "new_one"}},
     "CMSVst"},
    {"a constraint of what a trigger wrote",
     {{'C', "23505"},
      {'M', "duplicate key value violates unique constraint \"k\""},
      {'D', "Key (id)=(4) already exists."},
      {'s', "public"},
      {'t', "orders"},
      {'n', "k"},
      {'W',
       "SQL statement \"INSERT INTO orders …\"\nPL/pgSQL function f() line 1 at SQL statement"},
      {'R', "_bt_check_unique"}},
     "CRSVnst"},
    {"a raised error",
     {{'C', "P0001"},
      {'M', "the ssn is 123-45-6789"},
      {'D', "of 123"},
      {'H', "try 123"},
      {'W', "PL/pgSQL function f() line 1 at RAISE"},
      {'R', "exec_stmt_raise"}},
     "CRSV"},
    {"a raised error with names made up",
     {{'C', "23505"},
      {'M', "x"},
      {'n', "123-45"},
      {'s', "public"},
      {'t', "orders"},
      {'c', "678"},
      {'d', "9"},
      {'W', "PL/pgSQL function f() line 1 at RAISE"},
      {'R', "exec_stmt_raise"}},
     "CRSV"},
    {"a raised error without a context", {{'C', "P0001"}, {'M', "123"}, {'P', "3"}}, "CPSV"},
    {"a value that a constraint computes with",
     {{'C', "22P02"},
      {'M', "invalid input syntax for type integer: \"123-45-6789\""},
      {'R', "pg_strtoint32"}},
     "CRSV"},
    {"a literal of the client",
     {{'C', "22P02"}, {'M', "invalid input syntax for type integer: \"abc\""}, {'P', "8"}},
     "CMPSV"},
    {"a message that quotes nothing", {{'C', "22001"}, {'M', "value too long for type …"}}, "CMSV"},
    {"a relation that does not exist",
     {{'C', "42P01"}, {'M', "relation \"x\" does not exist"}, {'P', "15"}, {'H', "a hint"}},
     "CHMPSV"},
    {"a relation that does not exist inside a function",
     {{'C', "42P01"},
      {'M', "relation \"123\" does not exist"},
      {'p', "15"},
      {'q', "SELECT * FROM \"123\""},
      {'W', "PL/pgSQL function f() line 1 at EXECUTE"}},
     "CSV"},
    {"the text of an inlined function",
     {{'C', "42703"}, {'M', "column \"123\" does not exist"}, {'q', "SELECT \"123\""}},
     "CSV"},
    {"a cancelled statement, inside a function",
     {{'C', "57014"},
      {'M', "canceling statement due to user request"},
      {'W', "PL/pgSQL function f() line 1 at PERFORM"},
      {'R', "ProcessInterrupts"}},
     "CMRSV"},
    {"a deadlock",
     {{'C', "40P01"},
      {'M', "deadlock detected"},
      {'D', "Process 1 waits …"},
      {'H', "See log."},
      {'W', "while updating tuple (0,1) in relation \"users\""},
      {'R', "DeadLockReport"}},
     "CHMRSV"},
    {"something that pretends to be a deadlock",
     {{'C', "40P01"},
      {'M', "123"},
      {'W', "PL/pgSQL function f() line 1 at RAISE"},
      {'R', "exec_stmt_raise"}},
     "CRSV"},
    {"a lock that was not to be had",
     {{'C', "55P03"}, {'M', "could not obtain lock on row in relation \"users\""}},
     "CMSV"},
    {"a value looked up as a name, while it runs",
     {{'C', "42P01"},
      {'M', "relation \"123-45-6789\" does not exist"},
      {'R', "RangeVarGetRelidExtended"}},
     "CRSV"},
    {"a value looked up as a schema, while it runs",
     {{'C', "3F000"}, {'M', "schema \"123-45\" does not exist"}},
     "CSV"},
    {"an aborted transaction", {{'C', "25P02"}, {'M', "current transaction is aborted"}}, "CMSV"},
    {"an internal error", {{'C', "XX000"}, {'M', "unexpected 123"}}, "CSV"},
    {"a field that is not known", {{'C', "42501"}, {'M', "m"}, {'Z', "123"}}, "CMSV"},
    {"a position that is none", {{'C', "42501"}, {'M', "m"}, {'P', "123-45"}}, "CMSV"},
    {"a column of COPY",
     {{'C', "22P02"},
      {'M', "invalid input syntax for type integer: \"abc\""},
      {'W', "COPY orders, line 1, column id: \"abc\""}},
     "CMSV"},
    {"a trigger of COPY",
     {{'C', "P0001"},
      {'M', "123"},
      {'W', "PL/pgSQL function f() line 1 at RAISE\nCOPY orders, line 1: \"1\t2\""}},
     "CSV"},
    {"a constraint that computes, of COPY",
     {{'C', "22P02"},
      {'M', "invalid input syntax for type integer: \"123\""},
      {'W', "COPY users, line 1: \"1\t2\""}},
     "CSV"},
    {"a function that copies a file",
     {{'C', "22P02"},
      {'M', "invalid input syntax for type integer: \"root\""},
      {'W', "COPY t, line 1, column a: \"root\"\nSQL statement \"COPY t FROM '/etc/passwd'\""}},
     "CSV"},
    {"a value at Bind",
     {{'C', "22P02"},
      {'M', "invalid input syntax for type integer: \"abc\""},
      {'W', "unnamed portal parameter $1 = '...'"}},
     "CMSV",
     Kind::BindError},
    {"a function at Bind",
     {{'C', "22P02"},
      {'M', "invalid input syntax for type integer: \"123\""},
      {'W', "PL/pgSQL function f() line 1\nunnamed portal parameter $1"}},
     "CSV",
     Kind::BindError},
    {"a notice of a trigger",
     {{'C', "00000"}, {'M', "ssn 123"}, {'W', "PL/pgSQL function f() line 1 at RAISE"}},
     "CSV",
     Kind::Notice},
    {"a notice of the server",
     {{'C', "42P07"}, {'M', "relation \"t\" already exists, skipping"}},
     "CMSV",
     Kind::Notice},
    {"a warning of code that has no context", {{'C', "XX000"}, {'M', "123"}}, "CSV", Kind::Notice},
};

TEST(ErrorRelay, LeavesWhatTheServerSaysOfItself) {
  for (const Case& each : kCases) {
    const Fields left = heard(each.said, each.kind);
    std::string same;
    for (const auto& [code, text] : left) {
      if (each.said.contains(code) && each.said.at(code) == text) same += code;
      if (code == 'S' || code == 'V') same += code;
    }
    EXPECT_EQ(same, each.left) << each.name;
    const bool is_withheld = !each.left.contains('M');
    EXPECT_EQ(left.at('M') == kWithheld, is_withheld) << each.name;
    EXPECT_EQ(left.contains('H') && left.at('H') == kWithheldHint, is_withheld) << each.name;
  }
}

TEST(ErrorRelay, ChangesNothingWhereNothingIsHidden) {
  const std::string body = body_of({{'C', "P0001"}, {'M', "m"}, {'D', "d"}, {'W', "w"}});
  EXPECT_EQ(relayed({.body = body}, {}), std::nullopt);
}

TEST(ErrorRelay, TellsOfACutTextOnlyWhatKindItIs) {
  const std::string body = body_of({{'C', "23514"}, {'M', "message"}, {'D', "detail"}});
  const auto short_one =
      relayed({.extent = ServerText::Extent::Front, .body = std::string_view(body).substr(0, 20)},
              {.access = &access()});
  ASSERT_TRUE(short_one.has_value());
  EXPECT_EQ(fields_of(*short_one),
            (Fields{{'C', "23514"}, {'H', std::string(kWithheldHint)}, {'M', kWithheld}}));
  EXPECT_EQ(relayed({.extent = ServerText::Extent::Front, .body = body}, {}), std::nullopt);
}

TEST(ErrorRelay, PlacesAnErrorInTheClientsOwnText) {
  const policy::Rewritten rewritten{.original = "SELECT 'ü', *, 1/0 FROM users",
                                    .text = "SELECT 'ü', id, email, 1/0 FROM users",
                                    .replacements = {{.offset = 13, .bytes = 1, .put_bytes = 9}}};
  const auto told =
      relayed({.body = body_of({{'C', "42883"}, {'M', "m"}, {'D', "d"}, {'P', "24"}})},
              {.rewritten = &rewritten});
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(fields_of(*told), (Fields{{'C', "42883"}, {'D', "d"}, {'M', "m"}, {'P', "16"}}));
}

TEST(ErrorRelay, NeverShowsWhatWasTakenOutAtAnyCut) {
  const std::string body = body_of({{'C', "23514"}, {'D', "(QQQ)"}, {'M', "m"}, {'W', "QQQ"}});
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    for (const auto extent : {ServerText::Extent::Whole, ServerText::Extent::Front}) {
      const auto told = relayed({.extent = extent, .body = std::string_view(body).substr(0, cut)},
                                {.access = &access()});
      ASSERT_TRUE(told.has_value());
      EXPECT_FALSE(told->contains("QQQ")) << cut;
    }
  }
}

}  // namespace
}  // namespace gateway::session
