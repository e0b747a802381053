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


def test_postgresql_refuses_what_the_policy_refuses(guarded, config):
    refused, failed, ran, leaked = [], [], [], []
    for case, rules in attacks(guarded, config):
        errors, canary = played(guarded, case)
        if canary:
            leaked.append((case["id"], rules, case["why"]))
        elif any(error["C"] == REFUSED for error in errors):
            refused.append(case["id"])
        elif errors:
            failed.append((case["id"], errors[0]["M"]))
        else:
            ran.append((case["id"], rules, case["why"]))
    print(f"{len(refused)} refused with 42501, {len(failed)} failed, {len(ran)} ran without canary")
    print("failed", failed, "ran", ran, sep="\n")
    assert leaked == []
    assert len(refused) > 100


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
