// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/survey.h"

#include <algorithm>
#include <charconv>

namespace gateway::doctor {
namespace {

#define POSTERN_MAY(privilege) \
  "CASE WHEN has_table_privilege(c.oid, '" privilege "') THEN '" privilege "' END"
#define POSTERN_COLUMNS(privilege)                                                        \
  "(SELECT string_agg(attnum::text, ' ' ORDER BY attnum) FROM pg_attribute"               \
  " WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND has_column_privilege(" \
  "c.oid, attnum, '" privilege "'))"

constexpr Question kQuestions[] = {
    {Topic::Session,
     "SELECT current_user, current_database(),"
     " current_setting('server_version_num'), pg_encoding_to_char(encoding)"
     " FROM pg_database WHERE datname = current_database()"},

    {Topic::Roles,
     "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
     " FROM pg_roles WHERE rolname IN (current_user, session_user) ORDER BY 1"},

    // A superuser counts as a member of every role: nothing is learnt from that.
    {Topic::Memberships,
     "SELECT u.rolname, r.rolname FROM pg_roles u, pg_roles r"
     " WHERE u.rolname IN (current_user, session_user) AND NOT u.rolsuper AND r.oid <> u.oid"
     " AND pg_has_role(u.oid, r.oid, 'MEMBER') ORDER BY 1, 2"},

    {Topic::Owned,
     "SELECT r.rolname, count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid"
     " WHERE d.deptype = 'o' AND d.refclassid = 'pg_authid'::regclass AND NOT r.rolsuper"
     " AND r.rolname IN (current_user, session_user) AND d.dbid IN"
     " (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
     " GROUP BY 1 ORDER BY 1"},

    // What privileges on it reach, its schema's included.
    // clang-format off
    {Topic::Relations,
     "SELECT c.oid, array_to_string(ARRAY["
     POSTERN_MAY("SELECT") ", " POSTERN_MAY("INSERT") ", " POSTERN_MAY("UPDATE") ", "
     POSTERN_MAY("DELETE") ", " POSTERN_MAY("TRUNCATE") ", " POSTERN_MAY("REFERENCES") ", "
     POSTERN_MAY("TRIGGER") ", CASE WHEN current_setting('server_version_num')::int >= 170000"
     " AND has_table_privilege(c.oid, 'MAINTAIN') THEN 'MAINTAIN' END], ' '), "
     POSTERN_COLUMNS("SELECT") ", " POSTERN_COLUMNS("INSERT") ", " POSTERN_COLUMNS("UPDATE")
     " FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid >= 16384"
     " AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_')"
     " AND has_schema_privilege(relnamespace, 'USAGE') ORDER BY 1"},
    // clang-format on

    {Topic::Routines,
     "SELECT p.oid FROM pg_proc p WHERE p.oid >= 16384"
     " AND has_function_privilege(p.oid, 'EXECUTE')"
     " AND has_schema_privilege(pronamespace, 'USAGE') ORDER BY 1"},

    {Topic::Schemas,
     "SELECT oid, nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')"
     " AND nspname !~ '^pg_(toast_)?temp' ORDER BY 2"},

    {Topic::Database,
     "SELECT has_database_privilege(current_database(), 'CREATE'),"
     " has_database_privilege(current_database(), 'TEMPORARY')"},

    // What only superusers may read in a database that nobody changed.
    {Topic::SystemRelations,
     "SELECT c.oid::regclass FROM pg_class c WHERE c.oid < 16384 AND relkind IN ('r', 'v')"
     " AND relname IN ('pg_authid', 'pg_shadow', 'pg_statistic', 'pg_statistic_ext_data',"
     " 'pg_largeobject', 'pg_user_mapping', 'pg_subscription', 'pg_hba_file_rules',"
     " 'pg_ident_file_mappings', 'pg_file_settings', 'pg_backend_memory_contexts',"
     " 'pg_shmem_allocations', 'pg_config') AND has_table_privilege(c.oid, 'SELECT')"
     " ORDER BY 1"},

    {Topic::DefaultPrivileges,
     "SELECT DISTINCT d.defaclrole::regrole, coalesce(n.nspname, ''), d.defaclobjtype,"
     " CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type"
     " FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = defaclnamespace,"
     " aclexplode(defaclacl) WHERE defaclobjtype IN ('r', 'S', 'f') AND (grantee = 0 OR"
     " (grantee <> defaclrole AND pg_has_role(grantee, 'USAGE'))) ORDER BY 1, 2, 3, 4, 5"},

    {Topic::RowSecurity,
     "SELECT oid FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
     " AND pg_has_role(relowner, 'USAGE') ORDER BY 1"},

    {Topic::Extensions, "SELECT extname FROM pg_extension ORDER BY 1"},

    {Topic::Languages,
     "SELECT lanname FROM pg_language WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')"
     " ORDER BY 1"},

    {Topic::ForeignServers,
     "SELECT srvname FROM pg_foreign_server WHERE has_server_privilege(oid, 'USAGE') ORDER BY 1"},

    {Topic::UserMappings,
     "SELECT srvname, usename FROM pg_user_mappings WHERE umuser = 0"
     " OR (umuser <> 0 AND pg_has_role(umuser, 'USAGE')) ORDER BY 1, 2"},

    {Topic::LargeObjects,
     "SELECT m.oid FROM pg_largeobject_metadata m WHERE pg_has_role(lomowner, 'USAGE') OR EXISTS"
     " (SELECT FROM aclexplode(lomacl) WHERE grantee = 0 OR pg_has_role(grantee, 'USAGE'))"
     " ORDER BY 1 LIMIT 10"},

    {Topic::Settings,
     "SELECT name, setting FROM pg_settings WHERE name IN ('max_prepared_transactions',"
     " 'standard_conforming_strings', 'temp_file_limit', 'log_connections',"
     " 'lo_compat_privileges', 'row_security', 'session_replication_role', 'fsync') ORDER BY 1"},

    // What ALTER ROLE and ALTER DATABASE set for the connections of the pool.
    {Topic::RoleSettings,
     "SELECT CASE WHEN setrole <> 0 AND setdatabase <> 0 THEN 'role in database'"
     "  WHEN setrole <> 0 THEN 'role' WHEN setdatabase <> 0 THEN 'database' ELSE 'all' END,"
     " CASE WHEN setrole = 0 THEN '' ELSE pg_get_userbyid(setrole) END,"
     " split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)"
     " FROM pg_db_role_setting, unnest(setconfig) setting"
     " WHERE setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))"
     " AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
     " ORDER BY 1, 2, 3"},
};

#undef POSTERN_MAY
#undef POSTERN_COLUMNS

}  // namespace

std::span<const Question> questions() { return kQuestions; }

std::optional<SessionFacts> session_facts(const Survey& survey) {
  constexpr std::size_t kCells = 4;
  const Rows& rows = survey.of(Topic::Session);
  if (rows.size() != 1 || rows[0].size() != kCells) return std::nullopt;
  const Row& row = rows[0];
  return SessionFacts{
      .role = row[0], .database = row[1], .version = number_of(row[2]), .encoding = row[3]};
}

bool is_true(const std::string& cell) { return cell == "t"; }

std::int64_t number_of(const std::string& cell) {
  std::int64_t value = 0;
  std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return value;
}

std::vector<std::string> words_of(const std::string& cell) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < cell.size();) {
    const std::size_t end = std::min(cell.find(' ', at), cell.size());
    if (end > at) words.push_back(cell.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace gateway::doctor
