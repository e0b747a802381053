// SPDX-License-Identifier: Apache-2.0
#include "gateway/grants/server_facts.h"

#include <charconv>
#include <utility>

#include "gateway/grants/quoting.h"

namespace gateway::grants {
namespace {

using upstream::PlainRow;
using upstream::PlainRows;
using Answer = std::expected<PlainRows, std::string>;

constexpr std::string_view kRole =
    "SELECT rolsuper, array_to_string(ARRAY["
    " CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,"
    " CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END],"
    " ' '), (SELECT count(*) FROM pg_catalog.pg_shdepend d WHERE d.deptype = 'o'"
    "  AND d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = r.oid"
    "  AND d.dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname ="
    "   current_database())))"
    " FROM pg_catalog.pg_roles r WHERE rolname = ";

constexpr std::string_view kMemberOf =
    "SELECT DISTINCT r.rolname, g.rolname FROM pg_catalog.pg_auth_members m"
    " LEFT JOIN pg_catalog.pg_roles g ON g.oid = m.grantor"
    " JOIN pg_catalog.pg_roles r ON r.oid = m.roleid"
    " JOIN pg_catalog.pg_roles u ON u.oid = m.member WHERE u.rolname = ";

constexpr std::string_view kOnRelations =
    "SELECT c.oid, 0, privilege_type FROM pg_catalog.pg_class c, pg_catalog.aclexplode(relacl)"
    " WHERE grantee = 0 AND c.oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
    " UNION ALL SELECT attrelid, attnum, privilege_type"
    " FROM pg_catalog.pg_attribute, pg_catalog.aclexplode(attacl)"
    " WHERE grantee = 0 AND attrelid >= 16384 AND NOT attisdropped ORDER BY 1, 2, 3";

constexpr std::string_view kOnSchemas =
    "SELECT n.oid, 0, privilege_type FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(nspacl)"
    " WHERE grantee = 0 AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1, 3";

constexpr std::string_view kSequences =
    "SELECT objid, refobjid, refobjsubid FROM pg_catalog.pg_depend"
    " JOIN pg_catalog.pg_class s ON s.oid = objid WHERE relkind = 'S' AND deptype = 'a'"
    " AND classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND refclassid = classid"
    " AND refobjsubid > 0 ORDER BY 1, 2, 3";

template <typename Number>
Number number_in(const std::string& text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

RoleFacts read_role(const PlainRows& rows, const PlainRows& memberships) {
  RoleFacts role;
  if (rows.empty()) return role;
  const PlainRow& row = rows.front();
  role.is_superuser = row[0] == "t";
  role.attributes = words_of(row[1]);
  role.owned_count = number_in<std::size_t>(row[2]);
  for (const auto& each : memberships) {
    role.member_of.emplace_back();
    role.member_of.back().group = each[0];
    role.member_of.back().grantor = each[1];
  }
  return role;
}

std::vector<PublicGrant> read_grants(const PlainRows& rows) {
  std::vector<PublicGrant> grants;
  for (const auto& row : rows) {
    PublicGrant grant;
    grant.object = number_in<policy::catalog::Oid>(row[0]);
    grant.column = number_in<std::int16_t>(row[1]);
    grant.privilege = row[2];
    grants.push_back(std::move(grant));
  }
  return grants;
}

std::vector<OwnedSequence> read_sequences(const PlainRows& rows) {
  std::vector<OwnedSequence> sequences;
  for (const auto& row : rows) {
    OwnedSequence owned;
    owned.sequence = number_in<policy::catalog::Oid>(row[0]);
    owned.relation = number_in<policy::catalog::Oid>(row[1]);
    owned.column = number_in<std::int16_t>(row[2]);
    sequences.push_back(owned);
  }
  return sequences;
}

Answer ask(upstream::PlainConnection& connection, const std::string& sql) {
  auto rows = connection.ask(sql);
  if (rows) return *std::move(rows);
  return std::unexpected("cannot read privileges: " + rows.error().message);
}

}  // namespace

std::expected<ServerFacts, std::string> ask_server_facts(upstream::PlainConnection& connection,
                                                         std::string_view role) {
  const std::string named = literal(role);
  std::vector<PlainRows> answers;
  for (const std::string& sql :
       {std::string("SELECT current_database()"), std::string(kRole) + named,
        std::string(kMemberOf) + named + " ORDER BY 1, 2", std::string(kOnRelations),
        std::string(kOnSchemas), std::string(kSequences)}) {
    auto rows = ask(connection, sql);
    if (!rows) return std::unexpected(rows.error());
    answers.push_back(*std::move(rows));
  }
  ServerFacts facts;
  facts.database = answers[0].front().front();
  facts.role = read_role(answers[1], answers[2]);
  facts.on_relations = read_grants(answers[3]);
  facts.on_schemas = read_grants(answers[4]);
  facts.sequences = read_sequences(answers[5]);
  return facts;
}

}  // namespace gateway::grants
