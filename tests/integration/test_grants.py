# SPDX-License-Identifier: Apache-2.0
"""With the SQL of `postern grants` applied and the gateway taken away, PostgreSQL refuses what the policy
refuses of schemas, tables and columns, and the harmless statements still run."""

import subprocess

import pytest
from harness import wire
from harness.cluster import binaries
from harness.policy import PolicyDatabase, corpus
from harness.policy_wire import CANARY, Player

ROLE, ROLE_PASSWORD = 'guard "reader"', "guard-password"
# What privileges on schemas, tables and columns are about.
CODES = {"SCHEMA_ACCESS_DENIED", "TABLE_ACCESS_DENIED", "COLUMN_ACCESS_DENIED"}
LAYERS = {"catalog", "static", "session", "parse"}
SETTINGS = ["max_prepared_transactions=4", "autovacuum=off", "synchronize_seqscans=off"]
REFUSED = "42501"


@pytest.fixture(scope="module")
def database():
    database = PolicyDatabase(settings=SETTINGS)
    yield database
    database.destroy()


def grants(database, config, *arguments):
    done = database.run("grants", "--config", config, "--role", ROLE, *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def apply(database, script):
    done = subprocess.run(
        [binaries() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", database.folder, "-p",
         str(database.cluster.port), "-U", "postgres", "-d", database.database],
        input=script.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture(scope="module")
def config(database):
    return database.config("policy")


@pytest.fixture(scope="module")
def guarded(database, config):
    apply(database, grants(database, config))
    database.admin.execute(f"ALTER ROLE {quoted(ROLE)} LOGIN PASSWORD '{ROLE_PASSWORD}'")
    return database


class Role:
    """A door to the server without any gateway."""

    def __init__(self, database):
        self.database = database

    def login(self, parameters):
        connection = wire.Wire(self.database.cluster.port)
        connection.login(ROLE, ROLE_PASSWORD, self.database.database, **parameters)
        return connection


def privileges(database):
    """All that the role and PUBLIC have, and how the role is set."""
    return database.admin.execute("""
        SELECT 'relation', oid::regclass::text, relacl::text FROM pg_class WHERE oid >= 16384
        UNION ALL SELECT 'column', attrelid::regclass || '.' || attname, attacl::text FROM pg_attribute
         WHERE attacl IS NOT NULL AND attrelid >= 16384
        UNION ALL SELECT 'function', oid::regprocedure::text, proacl::text FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT 'schema', nspname, nspacl::text FROM pg_namespace
        UNION ALL SELECT 'database', datname, datacl::text FROM pg_database
        UNION ALL SELECT 'setting', setrole::regrole::text, setconfig::text FROM pg_db_role_setting
        UNION ALL SELECT 'member', roleid::regrole::text, member::regrole::text FROM pg_auth_members
        ORDER BY 1, 2, 3""").fetchall()


def played(database, case):
    exchanges = Player(Role(database), database.admin).play(database.fill(case), "simple")
    errors = [one.error for one in exchanges if one.error]
    seen = b"".join(message.body for one in exchanges for message in one.messages if message.kind in "DdN")
    return errors, CANARY.search(seen)


def attacks(database, config):
    """Those that the engine refuses for a schema, table or column, with the rule that decided."""
    cases = [case for case in corpus("corpus.jsonl")
             if case["expect"] == "deny" and case["layer"] == "catalog"]
    answers = database.check([database.fill(case) for case in cases], config, database.dump(config))
    for case, answer in zip(cases, answers, strict=True):
        violations = answer.get("violations") or [
            one for step in answer.get("steps", []) for one in step.get("violations", [])]
        hits = [one for one in violations if one["code"] in CODES]
        if hits:
            yield case, {one["rule"] for one in hits}


# PUBLIC reads these catalogs, on which every tool relies; --revoke-builtins takes the relations among them.
# What stays open without a gateway is why the engine judges system catalogs itself.
OPEN_CATALOGS = {
    "A-catalog-002": "pg_stats", "A-catalog-003": "pg_stats", "A-catalog-007": "pg_stat_activity",
    "A-catalog-013": "pg_settings", "A-catalog-025": "pg_foreign_server", "A-catalog-033": "pg_proc.prosrc",
    "A-catalog-035": "routines.routine_definition", "A-catalog-040": "pg_rewrite",
    "A-catalog-041": "pg_db_role_setting", "A-catalog-042": "pg_roles.rolconfig",
    "A-catalog-046": "pg_proc.prosrc", "A-catalog-048": "pg_attribute.attmissingval",
    "A-catalog-051": "pg_locks", "A-catalog-054": "pg_prepared_xacts", "A-catalog-056": "pg_sequences"}


def test_postgresql_refuses_what_the_policy_refuses(guarded, config):
    refused, failed, ran = [], [], {}
    for case, rules in attacks(guarded, config):
        errors, canary = played(guarded, case)
        if errors and not canary:
            (refused if any(error["C"] == REFUSED for error in errors) else failed).append(case["id"])
        else:
            ran[case["id"]] = (rules, case["why"])
    print(f"{len(refused)} refused with 42501, {len(failed)} failed otherwise, {len(ran)} ran")
    assert {case: why for case, why in ran.items() if case not in OPEN_CATALOGS} == {}
    assert all(rules == {"system_catalogs"} for rules, _ in ran.values())
    assert len(refused) >= 160
    assert len(failed) <= 6


def test_the_built_ins_can_be_taken_too(guarded, config):
    script = grants(guarded, config, "--revoke-builtins")
    assert 'REVOKE ALL ON TABLE "pg_catalog"."pg_stats" FROM PUBLIC' in script
    assert 'ROUTINE "pg_catalog"."pg_sleep"("pg_catalog"."float8") FROM PUBLIC' in script
    assert "WARNING" in script


def harmless():
    return [case for case in corpus("corpus.jsonl") if case["expect"] == "allow" and "sql" in case]


def test_harmless_statements_still_run(guarded):
    wrong = []
    for case in harmless():
        errors, _ = played(guarded, case)
        if errors:
            wrong.append((case["id"], case["sql"][:100], errors[0]["M"]))
    assert len(harmless()) > 150
    assert wrong == []


def test_running_it_again_changes_nothing(guarded, config):
    before = privileges(guarded)
    apply(guarded, grants(guarded, config))
    assert privileges(guarded) == before


def outcome(database, sql):
    """The SQLSTATE with which the role is refused, or None."""
    with Role(database).login({}) as connection:
        connection.send(wire.query(sql))
        return next((got.fields["C"] for got in connection.ready() if got.kind == "E"), None)


def policy(database, **changes):
    access = {"allowed_schemas": ["public"], "columns": {"denied": ["users.ssn"]}} | changes
    return database.config("other", access_policy=access, safe_search_path=["public"])


def test_a_stricter_policy_takes_away_what_was_granted(guarded):
    loose, strict = policy(guarded), policy(guarded, tables={"denied": ["public.orders"]})
    apply(guarded, grants(guarded, policy(guarded)))
    assert loose == strict
    assert outcome(guarded, "SELECT id FROM orders") is None
    assert outcome(guarded, "SELECT password_hash FROM users") is None
    policy(guarded, tables={"denied": ["public.orders"]},
           columns={"denied": ["users.ssn", "users.password_hash"]})
    apply(guarded, grants(guarded, strict))
    assert outcome(guarded, "SELECT id FROM orders") == REFUSED
    assert outcome(guarded, "SELECT password_hash FROM users") == REFUSED
    assert outcome(guarded, "SELECT email FROM users") is None


def test_what_everybody_and_other_roles_may_is_taken_too(guarded):
    guarded.admin.execute(f"""
        GRANT SELECT ON users TO PUBLIC; GRANT UPDATE (email) ON users TO {quoted(ROLE)};
        GRANT TRUNCATE ON orders TO {quoted(ROLE)}; GRANT pol_owner TO {quoted(ROLE)};
        ALTER ROLE {quoted(ROLE)} CREATEROLE; GRANT USAGE ON SCHEMA secret TO PUBLIC;
        GRANT EXECUTE ON FUNCTION exec_sql(text) TO PUBLIC""")
    assert outcome(guarded, "SELECT ssn FROM users") is None
    apply(guarded, grants(guarded, policy(guarded)))
    for refused in ("SELECT ssn FROM users", "TRUNCATE orders", "CREATE ROLE another",
                    "SELECT exec_sql('SELECT 1')", "SELECT 1 FROM secret.api_keys"):
        assert outcome(guarded, "BEGIN READ WRITE; " + refused) == REFUSED, refused
    assert guarded.admin.execute("SELECT pg_has_role(%s, 'pol_owner', 'MEMBER')", [ROLE]).fetchone() == (False,)


def test_a_writing_mode_grants_writing_of_what_may_be_written(guarded):
    guarded.admin.execute("CREATE TABLE IF NOT EXISTS numbered (id serial, note text)")
    config = guarded.config("writing", access_policy={"allowed_schemas": ["public"], "columns": {
        "denied": ["users.ssn"]}, "tables": {"denied": ["orders"]}}, mode="balanced")
    apply(guarded, grants(guarded, config))
    allowed = ("INSERT INTO numbered (note) VALUES ('a')", "UPDATE users SET email = 'a@b' WHERE id = 1",
               "DELETE FROM readings WHERE sensor = 77", "SELECT id FROM users WHERE id = 1 FOR UPDATE")
    refused = ("UPDATE users SET ssn = '' WHERE id = 1", "UPDATE orders SET note = '' WHERE id = 1",
               "DELETE FROM users WHERE ssn = ''", "TRUNCATE readings", "CREATE TABLE made ()")
    assert [(sql, outcome(guarded, sql)) for sql in allowed] == [(sql, None) for sql in allowed]
    assert [(sql, outcome(guarded, sql)) for sql in refused] == [(sql, REFUSED) for sql in refused]


@pytest.mark.parametrize("role, mode, why", [
    ("postgres", "read_only", "superuser"), ("pol_app", "read_only", "owns"), (ROLE, "permissive", "DDL")])
def test_what_no_grant_can_hold_is_said(guarded, role, mode, why):
    guarded.admin.execute("ALTER TABLE vendors OWNER TO pol_app")
    config = guarded.config("hopeless", access_policy={"allowed_schemas": ["public"]}, mode=mode)
    done = guarded.run("grants", "--config", config, "--role", role)
    assert (done.returncode, done.stdout) == (2, b"")
    assert why in done.stderr.decode()
