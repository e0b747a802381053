// SPDX-License-Identifier: Apache-2.0
#include "policy/catalog/queries.h"

namespace policy::catalog {
namespace {

// Objects of other sessions' temporary schemas are left out. 16384 is FirstNormalObjectId.
#define POSTERN_NOT_TEMPORARY(schema) \
  schema " NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_')"
#define POSTERN_EXTENSION_OF(catalog, object)                                     \
  "(SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid " \
  "WHERE d.classid = '" catalog "'::regclass AND d.objid = " object               \
  " AND d.objsubid = 0"                                                           \
  " AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e')"

// kWithoutTexts
#define POSTERN_WITH_TEXTS "current_setting('postern.texts', true) IS DISTINCT FROM 'off'"

constexpr Query kQueries[] = {
    {Part::Server, "SELECT current_setting('server_version_num')::int / 10000, current_database()"},

    {Part::Schemas,
     "SELECT oid, nspname FROM pg_namespace WHERE " POSTERN_NOT_TEMPORARY("oid") " ORDER BY oid"},

    // Indexes and TOAST tables are names only.
    {Part::Relations,
     "SELECT c.oid, relnamespace, reltype, relname, relkind, relrowsecurity, reltuples, relnatts,"
     " " POSTERN_EXTENSION_OF(
         "pg_class", "c.oid") ","
                              " CASE WHEN relkind IN ('v', 'm') AND c.oid >= 16384"
                              " AND " POSTERN_WITH_TEXTS " THEN "
                              "pg_get_viewdef(c.oid) END"
                              " FROM pg_class c WHERE " POSTERN_NOT_TEMPORARY(
                                  "relnamespace") " AND NOT (relkind = 'i' AND relnamespace = "
                                                  "'pg_toast'::regnamespace) ORDER BY c.oid"},

    {Part::Columns,
     "SELECT attrelid, attname, atttypid, attnum, attnotnull"
     " FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
     " WHERE attnum > 0 AND NOT attisdropped AND relkind NOT IN ('i', 'I', 't')"
     " AND " POSTERN_NOT_TEMPORARY("relnamespace") " ORDER BY attrelid, attnum"},

    {Part::GeneratedColumns,
     "SELECT DISTINCT attrelid, attnum, variable[1]::int"
     " FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum,"
     " regexp_matches(adbin::text, ':varattno (-?[0-9]+)', 'g') variable"
     " WHERE attgenerated <> '' ORDER BY 1, 2, 3"},

    {Part::Parents,
     "SELECT inhrelid, inhparent FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
     " WHERE relkind NOT IN ('i', 'I') ORDER BY inhrelid, inhseqno"},

    // Those that hold at every moment for every row, and that an equality of the columns looks up.
    {Part::UniqueKeys,
     "SELECT indrelid, indisprimary, indnkeyatts, indkey FROM pg_index"
     " WHERE indisunique AND indimmediate AND indisvalid AND indpred IS NULL AND indexprs IS NULL"
     "  AND NOT EXISTS (SELECT FROM generate_series(0, indnkeyatts - 1) AS i"
     "   JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[i]"
     "   WHERE indcollation[i] NOT IN (0, attcollation))"
     " ORDER BY indrelid, indisprimary DESC, indexrelid"},

    // pg_depend knows nothing of pinned objects, and nothing of a whole row where single columns of
    // the same relation are used: the stored tree does. Then every column counts.
    {Part::ViewReads,
     "WITH views AS (SELECT r.oid, ev_class, ev_action::text AS tree"
     "  FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class"
     "  WHERE ev_type = '1' AND relkind IN ('v', 'm') AND c.oid >= 16384)"
     " SELECT ev_class, refobjid, refobjsubid FROM views JOIN pg_depend"
     "  ON classid = 'pg_rewrite'::regclass AND objid = views.oid"
     "  WHERE refclassid = 'pg_class'::regclass AND refobjid <> ev_class"
     " UNION SELECT ev_class, read[1]::oid, 0 FROM views,"
     "  regexp_matches(tree, ':relid ([0-9]+)', 'g') read WHERE read[1]::oid BETWEEN 1 AND 16383"
     " UNION SELECT ev_class, attrelid, attnum FROM views,"
     "  regexp_matches(tree, ':relid ([0-9]+)', 'g') read JOIN pg_attribute"
     "  ON attrelid = read[1]::oid AND attnum > 0 AND NOT attisdropped"
     "  WHERE attrelid <> ev_class AND (attrelid < 16384 OR tree ~ ':varattno 0 ')"
     " ORDER BY 1, 2, 3"},

    {Part::ViewFunctions,
     "WITH views AS (SELECT r.oid, ev_class, ev_action::text AS tree"
     "  FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class"
     "  WHERE ev_type = '1' AND relkind IN ('v', 'm') AND c.oid >= 16384)"
     " SELECT ev_class, refobjid FROM views JOIN pg_depend d"
     "  ON classid = 'pg_rewrite'::regclass AND objid = views.oid"
     "  WHERE refclassid = 'pg_proc'::regclass"
     " UNION SELECT ev_class, oprcode::oid FROM views JOIN pg_depend d"
     "  ON classid = 'pg_rewrite'::regclass AND objid = views.oid"
     "  JOIN pg_operator o ON o.oid = refobjid WHERE refclassid = 'pg_operator'::regclass"
     " UNION SELECT ev_class, call[1]::oid FROM views,"
     "  regexp_matches(tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') call"
     " UNION SELECT ev_class, oprcode::oid FROM views,"
     "  regexp_matches(tree, ':(?:opno|eqop|sortop) ([0-9]+)', 'g') call"
     "  JOIN pg_operator o ON o.oid = call[1]::oid ORDER BY 1, 2"},

    {Part::ViewTypes,
     "SELECT DISTINCT ev_class, refobjid FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class"
     " JOIN pg_depend ON classid = 'pg_rewrite'::regclass AND objid = r.oid"
     " WHERE ev_type = '1' AND relkind IN ('v', 'm') AND c.oid >= 16384"
     " AND refclassid = 'pg_type'::regclass ORDER BY 1, 2"},

    // Those that a condition on the column may use.
    {Part::IndexColumns,
     "SELECT indrelid, indkey[0] FROM pg_index"
     " WHERE indisvalid AND indpred IS NULL AND indkey[0] > 0 AND indrelid >= 16384"
     " ORDER BY indrelid, indexrelid"},

    // As of views: the stored trees tell what pg_depend does not.
    {Part::PolicyReads,
     "SELECT DISTINCT polrelid, read[1]::oid FROM pg_policy,"
     " regexp_matches(concat(polqual::text, polwithcheck::text), ':relid ([0-9]+)', 'g') read"
     " WHERE read[1]::oid <> 0 ORDER BY 1, 2"},

    {Part::PolicyFunctions,
     "WITH policies AS (SELECT polrelid, concat(polqual::text, polwithcheck::text) AS tree"
     "  FROM pg_policy)"
     " SELECT polrelid, call[1]::oid FROM policies,"
     "  regexp_matches(tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') call"
     " UNION SELECT polrelid, oprcode::oid FROM policies,"
     "  regexp_matches(tree, ':opno ([0-9]+)', 'g') call"
     "  JOIN pg_operator o ON o.oid = call[1]::oid ORDER BY 1, 2"},

    {Part::Functions,
     "SELECT p.oid, pronamespace, proname, prokind, proargtypes, proallargtypes, proargmodes,"
     " proargnames, provariadic, pronargdefaults, prorettype, proretset, prosecdef, provolatile,"
     " lanname, " POSTERN_EXTENSION_OF(
         "pg_proc",
         "p.oid") ","
                  " CASE WHEN lanname <> 'sql' OR p.oid < 16384 OR proconfig IS NOT NULL THEN NULL"
                  " WHEN prosqlbody IS NULL THEN prosrc"
                  " WHEN " POSTERN_WITH_TEXTS " THEN pg_get_function_sqlbody(p.oid) END"
                  " FROM pg_proc p JOIN pg_language l ON l.oid = prolang"
                  " WHERE " POSTERN_NOT_TEMPORARY("pronamespace") " ORDER BY p.oid"},

    {Part::Aggregates,
     "SELECT aggfnoid::oid, aggkind, aggnumdirectargs, aggtransfn::oid, aggfinalfn::oid,"
     " aggcombinefn::oid, aggserialfn::oid, aggdeserialfn::oid, aggmtransfn::oid,"
     " aggminvtransfn::oid, aggmfinalfn::oid,"
     " (SELECT oprcode::oid FROM pg_operator o WHERE o.oid = aggsortop)"
     " FROM pg_aggregate ORDER BY aggfnoid::oid"},

    // Subscripts reach into arrays, and into fixed-length types such as point.
    {Part::Types,
     "SELECT t.oid, typnamespace, typname, typtype, typcategory, typispreferred,"
     " CASE WHEN typsubscript IN ('array_subscript_handler'::regproc,"
     "  'raw_array_subscript_handler'::regproc) THEN typelem ELSE 0 END,"
     " typsubscript = 'array_subscript_handler'::regproc, typarray, typrelid, typbasetype,"
     " coalesce(r.rngsubtype, m.rngsubtype, 0), coalesce(m.rngtypid, 0),"
     " coalesce(r.rngmultitypid, 0), " POSTERN_EXTENSION_OF(
         "pg_type", "t.oid") " FROM pg_type t LEFT JOIN pg_range r ON r.rngtypid = t.oid"
                             " LEFT JOIN pg_range m ON m.rngmultitypid = t.oid"
                             " WHERE " POSTERN_NOT_TEMPORARY("typnamespace") " ORDER BY t.oid"},

    {Part::TypeFunctions,
     "WITH checks AS (SELECT oid, contypid, conbin::text AS tree FROM pg_constraint"
     "  WHERE contypid <> 0)"
     " SELECT t.oid, f.function FROM pg_type t, LATERAL (VALUES (typinput::oid),"
     "  (typoutput::oid), (typreceive::oid), (typsend::oid), (typmodin::oid), (typmodout::oid),"
     "  (typsubscript::oid)) f(function) WHERE f.function >= 16384"
     " UNION SELECT rngtypid, f.function FROM pg_range,"
     "  LATERAL (VALUES (rngcanonical::oid), (rngsubdiff::oid)) f(function)"
     "  WHERE f.function >= 16384"
     " UNION SELECT contypid, refobjid FROM checks JOIN pg_depend d"
     "  ON classid = 'pg_constraint'::regclass AND objid = checks.oid"
     "  WHERE refclassid = 'pg_proc'::regclass"
     " UNION SELECT contypid, oprcode::oid FROM checks JOIN pg_depend d"
     "  ON classid = 'pg_constraint'::regclass AND objid = checks.oid"
     "  JOIN pg_operator o ON o.oid = refobjid WHERE refclassid = 'pg_operator'::regclass"
     " UNION SELECT contypid, call[1]::oid FROM checks,"
     "  regexp_matches(tree, ':(?:funcid|opfuncid) ([0-9]+)', 'g') call ORDER BY 1, 2"},

    {Part::OrderingFunctions,
     "WITH families AS (SELECT opcintype AS type, opcintype AS input, opcfamily"
     "   FROM pg_opclass JOIN pg_am a ON a.oid = opcmethod"
     "   WHERE opcdefault AND amname IN ('btree', 'hash')"
     "  UNION SELECT rngtypid, opcintype, opcfamily"
     "   FROM pg_range JOIN pg_opclass o ON o.oid = rngsubopc)"
     " SELECT type, amproc::oid FROM families JOIN pg_amproc ON amprocfamily = opcfamily"
     "  AND amproclefttype = input AND amprocrighttype = input WHERE amproc >= 16384"
     " UNION SELECT type, oprcode::oid FROM families JOIN pg_amop ON amopfamily = opcfamily"
     "  AND amoplefttype = input AND amoprighttype = input"
     "  JOIN pg_operator o ON o.oid = amopopr WHERE oprcode >= 16384 ORDER BY 1, 2"},

    {Part::Operators,
     "SELECT oid, oprnamespace, oprname, oprleft, oprright, oprresult, oprcode::oid"
     " FROM pg_operator ORDER BY oid"},

    {Part::Casts,
     "SELECT castsource, casttarget, castfunc, castcontext, castmethod FROM pg_cast ORDER BY oid"},

    {Part::ForeignKeys,
     "SELECT conrelid, confrelid, conkey, confkey FROM pg_constraint"
     " WHERE contype = 'f' AND conparentid = 0 ORDER BY conrelid, oid"},

    {Part::Comments,
     "SELECT objoid, objsubid, description FROM pg_description"
     " WHERE classoid = 'pg_class'::regclass AND objoid >= 16384 ORDER BY 1, 2",
     true},
};

#undef POSTERN_EXTENSION_OF

// A version of a row is told by where it lies and which transaction made it.
#define POSTERN_VERSIONS(catalog, condition)                                       \
  "(SELECT count(*) || ':' || coalesce(sum(hash_record_extended(ROW(xmin, ctid), " \
  "0)), 0) FROM " catalog " WHERE " condition ")"
#define POSTERN_OF_LASTING_RELATIONS(catalog, relation) \
  POSTERN_VERSIONS(catalog,                             \
                   relation " NOT IN (SELECT oid FROM pg_class WHERE relpersistence = 't')")
#define POSTERN_OF_LASTING_SCHEMAS(catalog, schema) \
  POSTERN_VERSIONS(catalog, POSTERN_NOT_TEMPORARY(schema))

#define POSTERN_ROW_ESTIMATES                                                    \
  "(SELECT coalesce(sum(hash_record_extended(ROW(oid, CASE WHEN reltuples > 0"   \
  " THEN ceil(ln(reltuples) / ln(2)) ELSE reltuples END), 0)), 0) FROM pg_class" \
  " WHERE oid >= 16384 AND relkind IN ('r', 'm', 'p') AND relpersistence <> 't')"

// Of pg_depend only what queries() look at: what belongs to extensions, what views use, what
// functions the constraints of domains call.
constexpr std::string_view kFingerprintQuery =
    "SELECT concat_ws(',', current_setting('server_version_num'),"
    " (SELECT oid FROM pg_database WHERE datname = current_database()),"
    // clang-format off
    POSTERN_OF_LASTING_SCHEMAS("pg_namespace", "oid") ","
    POSTERN_VERSIONS("pg_class", "relpersistence <> 't'") ","
    POSTERN_OF_LASTING_RELATIONS("pg_attribute", "attnum > 0 AND attrelid") ","
    POSTERN_OF_LASTING_RELATIONS("pg_attrdef", "adrelid") ","
    POSTERN_OF_LASTING_RELATIONS("pg_inherits", "inhrelid") ","
    POSTERN_OF_LASTING_RELATIONS("pg_index", "indrelid") ","
    POSTERN_OF_LASTING_RELATIONS("pg_rewrite", "ev_class") ","
    POSTERN_OF_LASTING_RELATIONS("pg_policy", "polrelid") ","
    POSTERN_ROW_ESTIMATES ","
    POSTERN_OF_LASTING_RELATIONS("pg_constraint", "conrelid") ","
    POSTERN_VERSIONS("pg_depend",
                     "deptype = 'e' OR classid = 'pg_rewrite'::regclass"
                     " OR (classid = 'pg_constraint'::regclass"
                     " AND refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass))") ","
    POSTERN_OF_LASTING_SCHEMAS("pg_proc", "pronamespace") ","
    POSTERN_OF_LASTING_SCHEMAS("pg_type", "typnamespace") ","
    POSTERN_VERSIONS("pg_aggregate", "true") ","
    POSTERN_VERSIONS("pg_range", "true") ","
    POSTERN_VERSIONS("pg_operator", "true") ","
    POSTERN_VERSIONS("pg_opclass", "true") ","
    POSTERN_VERSIONS("pg_amop", "true") ","
    POSTERN_VERSIONS("pg_amproc", "true") ","
    POSTERN_VERSIONS("pg_am", "true") ","
    POSTERN_VERSIONS("pg_cast", "true") ","
    POSTERN_VERSIONS("pg_language", "true") ","
    POSTERN_VERSIONS("pg_extension", "true") ")";
// clang-format on

#undef POSTERN_ROW_ESTIMATES
#undef POSTERN_OF_LASTING_SCHEMAS
#undef POSTERN_OF_LASTING_RELATIONS
#undef POSTERN_VERSIONS
#undef POSTERN_NOT_TEMPORARY

}  // namespace

const std::string_view kFingerprint = kFingerprintQuery;

std::span<const Query> queries() { return kQueries; }

}  // namespace policy::catalog
