#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes known_functions.def and known_relations.def from PostgreSQL 14 to 18 (scripts/servers).

What is refused is decided here and in tests/corpus/policy/functions.json, by people; the servers say
what else there is. A view over something refused stops the generator until it is decided, too."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
sys.dont_write_bytecode = True

from harness.cluster import Cluster  # noqa: E402
from harness.servers import MAJORS, programs  # noqa: E402

REFUSALS = ROOT / "tests" / "corpus" / "policy" / "functions.json"

# Relations of pg_catalog, then of information_schema, that `system_catalogs: safe` refuses.
REFUSED_RELATIONS = {
    "table-data": """pg_statistic pg_statistic_ext_data pg_stats pg_stats_ext pg_stats_ext_exprs
        pg_largeobject""",
    "secrets": """pg_authid pg_shadow pg_seclabel pg_seclabels pg_shseclabel
        user_mapping_options foreign_server_options foreign_table_options
        foreign_data_wrapper_options column_options _pg_user_mappings _pg_foreign_servers
        _pg_foreign_tables _pg_foreign_table_columns _pg_foreign_data_wrappers""",
    "configuration": """pg_file_settings pg_hba_file_rules pg_ident_file_mappings
        pg_db_role_setting pg_config pg_shmem_allocations pg_shmem_allocations_numa""",
    "other-sessions": """pg_stat_activity pg_prepared_statements pg_cursors pg_prepared_xacts pg_locks
        pg_stat_ssl pg_stat_gssapi pg_backend_memory_contexts pg_aios pg_stat_progress_analyze
        pg_stat_progress_basebackup pg_stat_progress_cluster pg_stat_progress_copy
        pg_stat_progress_create_index pg_stat_progress_vacuum""",
    "replication": """pg_stat_replication pg_stat_replication_slots pg_stat_wal_receiver
        pg_stat_subscription pg_stat_subscription_stats pg_stat_archiver pg_replication_slots
        pg_replication_origin pg_replication_origin_status pg_subscription_rel""",
}
# Columns of relations that are otherwise readable.
REFUSED_COLUMNS = {
    "pg_attribute": "attmissingval attfdwoptions",
    "pg_foreign_data_wrapper": "fdwoptions",
    "pg_foreign_server": "srvoptions",
    "pg_foreign_table": "ftoptions",
    "pg_matviews": "definition",
    "pg_proc": "prosrc prosqlbody probin proconfig",
    "pg_rewrite": "ev_qual ev_action",
    "pg_roles": "rolconfig",
    "pg_rules": "definition",
    "pg_sequences": "last_value",
    # Rows of settings that may be shown are readable whole: policy/rules/setting_rows.h.
    "pg_settings": "setting boot_val reset_val sourcefile sourceline",
    "pg_subscription": "subconninfo",
    "pg_trigger": "tgargs",
    "pg_user": "useconfig",
    "pg_user_mapping": "umoptions",
    "pg_user_mappings": "umoptions",
    "pg_views": "definition",
    "routines": "routine_definition external_name",
    "triggers": "action_statement",
    "views": "view_definition",
}
# Readable although their definition touches something refused: they show names or numbers of it, or
# the columns above are all of it.
DECIDED_VIEWS = set("""
    pg_matviews pg_policies pg_prepared_xacts pg_roles pg_rules pg_sequences pg_settings pg_user
    pg_user_mappings pg_group pg_views
    foreign_data_wrappers foreign_servers foreign_tables user_mappings views
    applicable_roles enabled_roles routine_privileges
    column_privileges schemata table_privileges udt_privileges usage_privileges
""".split())

FUNCTIONS = """
SELECT proname, proargtypes::text, pg_get_function_identity_arguments(p.oid)
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
WHERE p.oid < 16384 AND nspname IN ('pg_catalog', 'information_schema')
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid
                AND deptype = 'e')"""
RELATIONS = """
SELECT nspname, relname, relkind::text,
 (SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname IN ('pg_catalog', 'information_schema') AND relkind IN ('r', 'v')"""
# What a view reads and calls, pinned objects included.
VIEW_USES = """
SELECT c.relname,
 array(SELECT DISTINCT u.relname::text
  FROM regexp_matches(ev_action::text, ':relid ([0-9]+)', 'g') read JOIN pg_class u
   ON u.oid = read[1]::oid WHERE u.oid <> c.oid),
 array(SELECT DISTINCT f.proname::text || ' ' || f.proargtypes::text
  FROM regexp_matches(ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') call
   JOIN pg_proc f ON f.oid = call[1]::oid)
FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class WHERE c.oid < 16384"""


def ask_servers():
    """(major, functions, relations, uses of views) of each."""
    for major in MAJORS:
        cluster = Cluster(programs=programs(major), schema=None)
        try:
            with cluster.admin("postgres") as connection:
                yield (major, *(connection.execute(sql).fetchall()
                                for sql in (FUNCTIONS, RELATIONS, VIEW_USES)))
        finally:
            cluster.destroy()


def decide_functions(answers):
    """{signature: (decision, reason)}: name and input types, as the table has them."""
    refusals = json.loads(REFUSALS.read_text())
    used, decided = set(), {}
    for _, functions, _, _ in answers:
        for name, types, arguments in functions:
            signature, key = f"{name} {types}".strip(), f"{name}({arguments})"
            if name in refusals["argument_checked"]:
                decided[signature] = ("ByArgument", "")
            elif key in refusals["deny"]:
                decided[signature] = ("Refused", refusals["deny"][key]["reason"])
            else:
                decided.setdefault(signature, ("Allowed", ""))
            used.add(key)
    lost = set(refusals["deny"]) - used
    lost = {key for key in lost if not key.startswith(EXTENSION_OWNED)}
    assert not lost, f"no server has {sorted(lost)}"
    return decided


# plpgsql is an extension.
EXTENSION_OWNED = ("plpgsql_",)


def decide_relations(answers):
    """{(schema, relation): (decision, reason, refused columns)}"""
    reasons = {name: reason for reason, names in REFUSED_RELATIONS.items() for name in names.split()}
    decided, columns = {}, {}
    for _, _, relations, _ in answers:
        for schema, name, _, its_columns in relations:
            reason = reasons.get(name, "")
            refused = REFUSED_COLUMNS.get(name, "")
            decided[schema, name] = ("Refused" if reason else "Allowed", reason, refused)
            columns.setdefault(name, set()).update(its_columns)
    names = {name for _, name in decided}
    assert not set(reasons) - names, f"no server has {set(reasons) - names}"
    for name, refused in REFUSED_COLUMNS.items():
        assert set(refused.split()) <= columns.get(name, set()), f"{name} has not all of {refused}"
    return decided


def check_views(answers, functions, relations):
    """A view over something refused is refused, or was looked at by somebody."""
    refused = {name for (_, name), (decision, _, _) in relations.items() if decision == "Refused"}
    undecided, looked_at = set(), set()
    for major, _, _, views in answers:
        for view, reads, calls in views:
            bad = {name for name in reads if name in refused}
            bad |= {call for call in map(str.strip, calls) if functions[call][0] != "Allowed"}
            if bad and view in DECIDED_VIEWS:
                looked_at.add(view)
            elif bad and view not in refused:
                undecided.add(f"{major}: {view} uses {', '.join(sorted(bad))}")
    assert not undecided, "decide these views:\n" + "\n".join(sorted(undecided))
    assert looked_at == DECIDED_VIEWS, f"nothing to decide of {DECIDED_VIEWS - looked_at}"


def write(name, what, lines):
    header = ["// SPDX-License-Identifier: Apache-2.0",
              "// Written by generate_known.py from PostgreSQL 14 to 18.", f"// By {what}."]
    (pathlib.Path(__file__).parent / name).write_text("\n".join(header + lines) + "\n")


def main():
    answers = list(ask_servers())
    functions = decide_functions(answers)
    relations = decide_relations(answers)
    check_views(answers, functions, relations)
    write("known_functions.def", "name and OIDs of the input types: decision, reason",
          [f'KNOWN_FUNCTION("{signature}", {decision}, "{reason}")'
           for signature, (decision, reason) in sorted(functions.items())])
    write("known_relations.def",
          "schema and name: decision, reason, refused columns",
          [f'KNOWN_RELATION("{schema} {name}", {decision}, "{reason}", "{columns}")'
           for (schema, name), (decision, reason, columns) in
           sorted(relations.items(), key=lambda item: " ".join(item[0]))])


if __name__ == "__main__":
    main()
