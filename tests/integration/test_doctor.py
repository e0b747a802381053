# SPDX-License-Identifier: Apache-2.0
"""`postern doctor` finds each weakness that is planted, by its name, and is silent where the role was made by
`postern grants` and nothing is planted."""

import json
import os
import pathlib
import subprocess
import time

import pytest
from harness.cluster import Cluster, binaries
from harness.servers import MAJORS, programs

DATABASE, ROLE = "clinic", "clinic_reader"
SCHEMA = f"""
CREATE DATABASE {DATABASE};
\\connect {DATABASE}
CREATE SCHEMA vault;
CREATE TABLE patients (id int PRIMARY KEY, name text, ssn text);
CREATE TABLE visits (id serial PRIMARY KEY, patient int REFERENCES patients, day date NOT NULL);
CREATE TABLE vault.keys (id int, key text);
CREATE TABLE vault.log (at date NOT NULL) PARTITION BY RANGE (at);
CREATE VIEW names AS SELECT id, name FROM patients;
CREATE VIEW numbers AS SELECT id, ssn AS number FROM patients;
CREATE FUNCTION visit_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.visits';
CREATE ROLE outsider;
ANALYZE;
"""
POLICY = {"allowed_schemas": ["public"], "columns": {"denied": ["patients.ssn"]}, "views": "strict"}
# What a fresh server has and a guarded one should not.
SETTINGS = ["temp_file_limit=1GB", "log_connections=on", "fsync=on"]


class Clinic:
    def __init__(self, programs=None):
        self.cluster = Cluster(SETTINGS, programs=programs)
        self.cluster.run_sql(SCHEMA)
        self.admin = self.cluster.admin(DATABASE)
        self.admin.execute("SET client_min_messages = warning")

    def config(self, user=ROLE, **changes):
        database = {"name": DATABASE, "host": str(self.cluster.folder), "port": self.cluster.port, "user": user,
                    "pool_mode": "session", "access_policy": POLICY} | changes
        path = self.cluster.folder / "postern.yaml"
        path.write_text(json.dumps({"users": [{"name": "anna", "auth": "trust"}], "databases": [database]}))
        return path

    def run(self, command, *arguments, **config):
        return subprocess.run([os.environ["POSTERN_BINARY"], command, "--config", self.config(**config), *arguments],
                              capture_output=True, text=True, timeout=60, check=False)

    def guard(self):
        made = self.run("grants", "--role", ROLE, user="postgres")
        assert made.returncode == 0, made.stderr
        subprocess.run([binaries() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.cluster.folder, "-p",
                        str(self.cluster.port), "-U", "postgres", "-d", DATABASE], input=made.stdout.encode(),
                       check=True)
        self.admin.execute(f"ALTER ROLE {ROLE} LOGIN")

    def destroy(self):
        self.admin.close()
        self.cluster.destroy()

    def doctor(self, **config):
        done = self.run("doctor", "--format", "json", **config)
        assert done.returncode in (0, 1), done.stderr
        findings = json.loads(done.stdout)["findings"]
        assert done.returncode == int(any(one["severity"] != "note" for one in findings))
        assert all(one["message"] and one["fix"] and one["object"] for one in findings)
        return findings


@pytest.fixture(scope="module")
def clinic():
    clinic = Clinic()
    clinic.guard()
    yield clinic
    clinic.destroy()


def test_a_guarded_database_is_clean(clinic):
    begun = time.monotonic()
    done = clinic.run("doctor")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{DATABASE}: nothing found\n", "")
    assert time.monotonic() - begun < 10


# check: (what plants it, what takes it away)
PLANTED = {
    "role.superuser": (f"ALTER ROLE {ROLE} SUPERUSER", f"ALTER ROLE {ROLE} NOSUPERUSER"),
    "role.bypassrls": (f"ALTER ROLE {ROLE} BYPASSRLS", f"ALTER ROLE {ROLE} NOBYPASSRLS"),
    "role.createrole": (f"ALTER ROLE {ROLE} CREATEROLE", f"ALTER ROLE {ROLE} NOCREATEROLE"),
    "role.createdb": (f"ALTER ROLE {ROLE} CREATEDB", f"ALTER ROLE {ROLE} NOCREATEDB"),
    "role.replication": (f"ALTER ROLE {ROLE} REPLICATION", f"ALTER ROLE {ROLE} NOREPLICATION"),
    "role.predefined": (f"GRANT pg_read_server_files TO {ROLE}", f"REVOKE pg_read_server_files FROM {ROLE}"),
    "role.member": (f"GRANT outsider TO {ROLE}", f"REVOKE outsider FROM {ROLE}"),
    "role.owner": (f"ALTER TABLE visits OWNER TO {ROLE}", "ALTER TABLE visits OWNER TO postgres"),
    "privilege.table": ("GRANT USAGE ON SCHEMA vault TO PUBLIC; GRANT SELECT ON vault.keys TO PUBLIC",
                        "REVOKE USAGE ON SCHEMA vault FROM PUBLIC; REVOKE SELECT ON vault.keys FROM PUBLIC"),
    "privilege.column": ("GRANT SELECT (ssn) ON patients TO PUBLIC", "REVOKE SELECT (ssn) ON patients FROM PUBLIC"),
    "privilege.view": (f"GRANT SELECT ON numbers TO {ROLE}", f"REVOKE SELECT (number) ON numbers FROM {ROLE};"
                       f"REVOKE ALL ON numbers FROM {ROLE}; GRANT SELECT (id) ON numbers TO {ROLE}"),
    "privilege.write": (f"GRANT TRUNCATE ON visits TO {ROLE}", f"REVOKE TRUNCATE ON visits FROM {ROLE}"),
    "privilege.missing": (f"REVOKE SELECT (name) ON patients FROM {ROLE}",
                          f"GRANT SELECT (name) ON patients TO {ROLE}"),
    "privilege.system": ("GRANT SELECT ON pg_statistic TO PUBLIC", "REVOKE SELECT ON pg_statistic FROM PUBLIC"),
    "privilege.foreign_table": (
        "CREATE FOREIGN DATA WRAPPER away; CREATE SERVER far FOREIGN DATA WRAPPER away;"
        f"CREATE FOREIGN TABLE far_rows (id int) SERVER far; GRANT SELECT ON far_rows TO {ROLE}",
        "DROP FOREIGN DATA WRAPPER away CASCADE"),
    "foreign.server": ("CREATE FOREIGN DATA WRAPPER away; CREATE SERVER far FOREIGN DATA WRAPPER away;"
                       f"GRANT USAGE ON FOREIGN SERVER far TO {ROLE}", "DROP FOREIGN DATA WRAPPER away CASCADE"),
    "foreign.user_mapping": ("CREATE FOREIGN DATA WRAPPER away; CREATE SERVER far FOREIGN DATA WRAPPER away;"
                             "CREATE USER MAPPING FOR PUBLIC SERVER far", "DROP FOREIGN DATA WRAPPER away CASCADE"),
    "function.security_definer": (
        "CREATE FUNCTION peek() RETURNS text SECURITY DEFINER LANGUAGE sql AS 'SELECT key FROM vault.keys'",
        "DROP FUNCTION peek()"),
    "function.executable": ("CREATE FUNCTION run() RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
                            "DROP FUNCTION run()"),
    "shadow.function": ("CREATE FUNCTION length(varchar) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
                        "DROP FUNCTION length(varchar)"),
    "shadow.operator": (
        "CREATE FUNCTION glue(varchar, varchar) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';"
        "CREATE OPERATOR || (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = glue)",
        "DROP FUNCTION glue CASCADE"),
    "shadow.cast": (
        "CREATE TYPE odd AS (v int); CREATE FUNCTION oddly(int) RETURNS odd LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE CAST (int AS odd) WITH FUNCTION oddly(int) AS IMPLICIT", "DROP TYPE odd CASCADE"),
    "language.untrusted": ("CREATE LANGUAGE loose HANDLER plpgsql_call_handler", "DROP LANGUAGE loose"),
    "extension.dangerous": ("CREATE EXTENSION dblink; REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC",
                            "DROP EXTENSION dblink"),
    "large_object.readable": ("SELECT lo_create(77); GRANT SELECT ON LARGE OBJECT 77 TO PUBLIC", "SELECT lo_unlink(77)"),
    "schema.create_in_path": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
    "schema.create": (f"GRANT CREATE ON SCHEMA vault TO {ROLE}", f"REVOKE CREATE ON SCHEMA vault FROM {ROLE}"),
    "database.create": (f"GRANT CREATE ON DATABASE {DATABASE} TO PUBLIC",
                        f"REVOKE CREATE ON DATABASE {DATABASE} FROM PUBLIC"),
    "database.temporary": (f"GRANT TEMPORARY ON DATABASE {DATABASE} TO PUBLIC",
                           f"REVOKE TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC"),
    "default_privileges": ("ALTER DEFAULT PRIVILEGES IN SCHEMA vault GRANT SELECT ON TABLES TO PUBLIC",
                           "ALTER DEFAULT PRIVILEGES IN SCHEMA vault REVOKE SELECT ON TABLES FROM PUBLIC"),
    "setting.override": (f"ALTER ROLE {ROLE} SET session_replication_role = replica",
                         f"ALTER ROLE {ROLE} RESET session_replication_role"),
    "setting.temp_file_limit": (f"ALTER ROLE {ROLE} SET temp_file_limit = -1", f"ALTER ROLE {ROLE} RESET temp_file_limit"),
    "table.row_security_owner": (
        f"ALTER TABLE visits ENABLE ROW LEVEL SECURITY; ALTER TABLE visits OWNER TO {ROLE}",
        "ALTER TABLE visits OWNER TO postgres; ALTER TABLE visits DISABLE ROW LEVEL SECURITY"),
    "table.child_elsewhere": (
        "CREATE TABLE log_2024 PARTITION OF vault.log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "DROP TABLE log_2024"),
}
IN_CONFIGURATION = {
    "config.statement_timeout": {"statement_timeout": "0s"},
    "config.idle_in_transaction_timeout": {"idle_in_transaction_timeout": "0s"},
}


DOCUMENTATION = pathlib.Path(__file__).parents[2] / "docs" / "tools.md"


@pytest.fixture
def planted(clinic):
    undone = []

    def plant(check):
        plant_sql, undo = PLANTED[check]
        undone.append(undo)
        clinic.admin.execute(plant_sql)
    yield plant
    for undo in undone:
        clinic.admin.execute(undo)
        if "OWNER" in undo:
            clinic.guard()  # what an owner was granted is gone with the ownership


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_weakness_is_found(clinic, planted, check):
    planted(check)
    assert check in {one["check"] for one in clinic.doctor()}


@pytest.mark.parametrize("check", IN_CONFIGURATION)
def test_a_loose_configuration_is_found(clinic, check):
    assert check in {one["check"] for one in clinic.doctor(**IN_CONFIGURATION[check])}


def test_the_plan_gate_needs_statistics(clinic):
    clinic.admin.execute(f"CREATE TABLE fresh (id int); GRANT SELECT ON fresh TO {ROLE}")
    try:
        assert clinic.doctor() == []
        gated = POLICY | {"explain_policy": {"enabled": True}}
        assert [one["check"] for one in clinic.doctor(access_policy=gated)] == ["table.never_analysed"]
    finally:
        clinic.admin.execute("DROP TABLE fresh")


@pytest.mark.parametrize("major", (MAJORS[0], MAJORS[-1]))
def test_the_oldest_and_the_newest_server_can_be_guarded(major):
    clinic = Clinic(programs(major))
    try:
        clinic.guard()
        assert clinic.doctor() == []
        clinic.admin.execute("GRANT SELECT ON patients TO PUBLIC")
        assert [one["check"] for one in clinic.doctor()] == ["privilege.column"]
    finally:
        clinic.destroy()


def test_the_checks_are_documented():
    text = DOCUMENTATION.read_text()
    assert [check for check in (*PLANTED, *IN_CONFIGURATION) if f"`{check}`" not in text] == []


def test_nothing_stays_planted(clinic):
    assert clinic.doctor() == []


def test_a_server_that_cannot_be_reached_is_said(clinic):
    done = clinic.run("doctor", port=1)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot" in done.stderr
