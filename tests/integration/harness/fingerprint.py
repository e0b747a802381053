# SPDX-License-Identifier: Apache-2.0
"""All that a server holds: every row of every table and catalog, slots, files. Two of them are equal if
nothing happened in between that lasts."""

# Statistics, and what vacuum or a transaction counter moves.
VOLATILE = ["relpages", "reltuples", "relallvisible", "relfrozenxid", "relminmxid", "datfrozenxid",
            "datminmxid"]
TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'm') AND nspname NOT LIKE 'pg\\_toast%' AND relname NOT LIKE 'pg\\_statistic%'
    ORDER BY 1"""
ROWS = """
    SELECT count(*), md5(coalesce(string_agg(one, '' ORDER BY one), ''))
    FROM (SELECT md5((to_jsonb(t) - %s)::text) AS one FROM ONLY {} t) rows"""
VIEWS = ["SELECT slot_name FROM pg_replication_slots ORDER BY 1", "SELECT gid FROM pg_prepared_xacts",
         "SELECT seqrelid::regclass, pg_sequence_last_value(seqrelid) FROM pg_sequence ORDER BY 1",
         "SELECT name FROM pg_ls_dir('.') name ORDER BY 1", "SELECT pg_read_file('postgresql.auto.conf')"]


def fingerprint(admin):
    """What -> its value; `admin` is a superuser's connection to the database."""
    found = {query: admin.execute(query).fetchall() for query in VIEWS}
    for (table,) in admin.execute(TABLES).fetchall():
        found[table] = admin.execute(ROWS.format(table), [VOLATILE]).fetchone()
    return found


def differences(before, after):
    return {what: (before.get(what), after.get(what)) for what in before.keys() | after.keys()
            if before.get(what) != after.get(what)}
