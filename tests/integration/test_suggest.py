# SPDX-License-Identifier: Apache-2.0
"""What `postern suggest` makes of a recorded workload is a valid policy, under which the same workload passes
wholly, and what was not part of it does not."""

import json
import textwrap

import pytest
from harness import wire
from harness.gateway import Gateway
from harness.policy import PASSWORD, PolicyDatabase, corpus
from harness.waiting import eventually

CATEGORIES = {"alias-shadow", "analytics", "basic"}
# What the policy in force refuses, and the workload does all the same.
WARNED = ["SELECT ssn FROM users WHERE id = 1", "SELECT exec_sql('SELECT 1')", "SELECT * FROM analytics.v_payroll",
          "SELECT blob FROM user_credentials LIMIT 1", "SELECT last_value FROM feedback_id_seq",
          "SELECT 'employees'::regclass", "SELECT peek_key(1)"]
NEVER_USED = ["SELECT password_hash FROM users", "SELECT * FROM secret.api_keys", "SELECT signing_secret FROM webhooks",
              "SELECT run_ddl('SELECT 1')", "SELECT * FROM users"]
POLICY = {
    "allowed_schemas": ["public", "analytics"], "tables": {"denied": ["public.user_credentials"]},
    "columns": {"denied": ["users.password_hash", "users.ssn"], "denied_patterns": ["*.*secret*"]},
    "functions": {"allowed": ["public.order_total(integer)"], "extensions": ["hstore", "pg_trgm"]}, "views": "strict",
    "allow_explain": True}


@pytest.fixture(scope="module")
def database():
    database = PolicyDatabase(settings=["max_prepared_transactions=4"])
    yield database
    database.destroy()


class SuggestGateway(Gateway):
    """In front of poldb; `policy` is YAML that stands in the database's entry."""

    def __init__(self, server_port, enforcement, policy):
        super().__init__(server_port)
        self.enforcement, self.policy = enforcement, policy

    def config_text(self):
        base = self.config()
        database = base.pop("databases")[0]
        database |= {"name": "poldb", "dbname": "poldb", "user": "pol_app", "password": PASSWORD, "mode": "read_only",
                     "safe_search_path": ["public"], "enforcement": self.enforcement}
        base["users"] = [{"name": name, "auth": "trust"} for name in ("anna", "ben")]
        text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in base.items()) + "databases:\n  -\n"
        text += "".join(f"    {key}: {json.dumps(value)}\n" for key, value in database.items())
        return text + textwrap.indent(self.policy, "    ")

    def codes(self, user, statements):
        """The SQLSTATE of each refused or failed statement, each in a session of its own."""
        found = {}
        for sql in statements:
            connection = wire.Wire(self.port)
            connection.login(user, "", "poldb")
            with connection:
                connection.send(wire.query(sql))
                code = next((got.fields["C"] for got in connection.ready() if got.kind == "E"), None)
            if code:
                found[sql] = code
        return found


def workload():
    return [case["sql"] for case in corpus("corpus.jsonl")
            if case["expect"] == "allow" and case["category"] in CATEGORIES and "sql" in case] + WARNED


def start(database, enforcement, policy):
    return SuggestGateway(database.cluster.port, enforcement, policy).start()


@pytest.fixture(scope="module")
def recorded(database):
    """The configuration in force and the audit of the workload: anna's all of it, ben's one statement."""
    gateway = start(database, "warn", f"access_policy: {json.dumps(POLICY)}\n")
    try:
        assert gateway.codes("anna", workload()) == {}
        assert gateway.codes("ben", ["SELECT id FROM products"]) == {}
        eventually(lambda: any("FROM products" in one.get("query", {}).get("sql", "") for one in gateway.audit()),
                   what="the last record")
        folder = database.folder / "recorded"
        folder.mkdir()
        config, audit = folder / "postern.yaml", folder / "audit.jsonl"
        config.write_text(gateway.config_text())
        audit.write_bytes(gateway.audit_path.read_bytes())
    finally:
        gateway.stop()
    return config, audit


def suggest(database, *arguments):
    done = database.run("suggest", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def test_the_workload_passes_under_what_is_suggested_and_nothing_else(database, recorded):
    config, audit = recorded
    policy, told = suggest(database, "--config", config, audit)
    assert told == ""
    assert "1 x column public.users.ssn (columns.denied[1])" in policy
    gateway = start(database, "enforce", policy)
    try:
        validated = database.run("config", "validate", "--config", gateway.folder / "postern.yaml")
        assert validated.returncode == 0, validated.stderr.decode()
        assert gateway.codes("anna", workload()) == {}
        refused = gateway.codes("anna", NEVER_USED)
        assert set(refused) == set(NEVER_USED), refused
    finally:
        gateway.stop()


def test_each_user_gets_what_that_user_used(database, recorded):
    config, audit = recorded
    policy, _ = suggest(database, "--config", config, "--by", "user", audit)
    nothing = 'access_policy: {"tables": {"allowed": ["public.readings"]}}\n'
    gateway = start(database, "enforce", nothing + policy)
    try:
        assert gateway.codes("anna", workload()) == {}
        assert gateway.codes("ben", ["SELECT id FROM products"]) == {}
        assert set(gateway.codes("ben", ["SELECT name FROM products", "SELECT id FROM orders"]).values()) == {"42501"}
    finally:
        gateway.stop()


def test_a_file_alone_suffices_for_tables(database, recorded):
    policy, _ = suggest(database, recorded[1])
    assert '"public.orders"' in policy and "views: opaque" in policy
    gateway = start(database, "enforce", policy)
    try:
        assert gateway.codes("anna", workload()) == {}
    finally:
        gateway.stop()


def test_bad_lines_are_told_and_passed_over(database, recorded):
    torn = recorded[1].with_name("torn.jsonl")
    torn.write_bytes(b'{"timestamp":"20\n' + recorded[1].read_bytes() + b"[]\n")
    policy, told = suggest(database, torn)
    assert f"passed over {torn}:1: is no JSON" in told and "is no JSON object" in told
    assert policy == suggest(database, recorded[1])[0]


def test_what_nothing_can_be_made_of_is_said(database, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    for files, why in (([empty], b"no statement is recorded"), ([tmp_path / "absent"], b"cannot be opened")):
        done = database.run("suggest", *files)
        assert (done.returncode, done.stdout) == (2, b"")
        assert why in done.stderr
