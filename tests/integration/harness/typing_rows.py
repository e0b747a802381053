# SPDX-License-Identifier: Apache-2.0
"""The catalog rows that overload resolution reads, in the shape that tests/support/choose.cc takes."""

import json

QUERIES = {
    "types": """
        SELECT t.oid::int8, typnamespace::int8 AS schema, typname AS name, typtype AS kind,
          typcategory AS category, typispreferred AS is_preferred, typelem::int8 AS element,
          typsubscript = 'array_subscript_handler'::regproc AS is_array, typarray::int8 AS array,
          typrelid::int8 AS relation, typbasetype::int8 AS base,
          COALESCE(r.rngsubtype, m.rngsubtype)::int8 AS subtype, m.rngtypid::int8 AS range,
          r.rngmultitypid::int8 AS multirange
        FROM pg_type t LEFT JOIN pg_range r ON r.rngtypid = t.oid
          LEFT JOIN pg_range m ON m.rngmultitypid = t.oid WHERE typisdefined""",
    "functions": """
        SELECT p.oid::int8, pronamespace::int8 AS schema, proname AS name, prokind AS kind,
          string_to_array(proargtypes::text, ' ')::int8[] AS arguments,
          CASE WHEN proargnames IS NOT NULL THEN ARRAY(
            SELECT proargnames[i] FROM generate_subscripts(proargnames, 1) i
            WHERE CASE WHEN proargmodes IS NULL THEN i <= pronargs
                       ELSE proargmodes[i] IN ('i', 'b', 'v') END
            ORDER BY i) END AS argument_names,
          provariadic::int8 AS variadic, pronargdefaults AS defaults, prorettype::int8 AS result,
          proretset AS returns_set, COALESCE(aggkind <> 'n', false) AS is_ordered_set
        FROM pg_proc p LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid""",
    "operators": """
        SELECT oid::int8, oprnamespace::int8 AS schema, oprname AS name, oprleft::int8 AS left,
          oprright::int8 AS right, oprresult::int8 AS result, oprcode::oid::int8 AS function
        FROM pg_operator""",
    "casts": """
        SELECT castsource::int8 AS source, casttarget::int8 AS target, castfunc::int8 AS function,
          castcontext AS context, castmethod AS method FROM pg_cast""",
    "relations": """
        SELECT c.oid::int8, ARRAY(SELECT inhparent::int8 FROM pg_inherits i
                                  WHERE i.inhrelid = c.oid) AS parents
        FROM pg_class c WHERE reltype <> 0""",
}


def dump(connection):
    file = {}
    for name, query in QUERIES.items():
        cursor = connection.execute(query)
        columns = [column.name for column in cursor.description]
        file[name] = [dict(zip(columns, row)) for row in cursor.fetchall()]
    return json.dumps(file)
