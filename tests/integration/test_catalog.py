# SPDX-License-Identifier: Apache-2.0
"""`postern catalog dump` against real servers: what a snapshot holds, on PostgreSQL 14 to 18."""

import contextlib
import json
import os
import pathlib
import subprocess

import pytest

from harness.cluster import Cluster
from harness.servers import MAJORS, programs

BINARY = os.environ["POSTERN_BINARY"]
CORPUS = pathlib.Path(__file__).parents[1] / "corpus" / "policy"
# What each server has and the corpus database has not: the objects that differ most.
OBJECTS = """
CREATE TABLE base (id int PRIMARY KEY, first text, last text, gone int,
  full_name text GENERATED ALWAYS AS (lower(first) || last) STORED,
  UNIQUE (first) INCLUDE (last), UNIQUE (last) DEFERRABLE);
ALTER TABLE base DROP COLUMN gone;
CREATE UNIQUE INDEX ON base (id) WHERE id > 0;
CREATE UNIQUE INDEX ON base (lower(first));
CREATE UNIQUE INDEX ON base (first COLLATE "C", id);
COMMENT ON TABLE base IS 'people';
COMMENT ON COLUMN base.first IS 'given name';
CREATE TABLE child (extra int REFERENCES base) INHERITS (base);
CREATE TABLE parts (day date) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE FUNCTION is_fine(text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION answer() RETURNS int LANGUAGE sql RETURN 42;
CREATE DOMAIN fine AS text CHECK (is_fine(VALUE));
CREATE FUNCTION out_in(a int, OUT b text, INOUT "C d" int, VARIADIC rest int[]) LANGUAGE sql
  AS 'SELECT 1::text, 2';
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
CREATE FUNCTION same(text, text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE OPERATOR ==== (LEFTARG = text, RIGHTARG = text, FUNCTION = same);
CREATE VIEW files AS SELECT pg_read_file('x') AS content FROM pg_authid;
CREATE VIEW compared AS SELECT id FROM base WHERE first ==== last;
CREATE VIEW nested AS SELECT id FROM compared;
CREATE TYPE span AS RANGE (subtype = text);
CREATE EXTENSION citext;
CREATE ROLE nobody LOGIN PASSWORD 'nobody-password';
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
"""


class Snapshot:
    def __init__(self, text):
        self.text = text
        self.json = json.loads(text)
        self.schemas = dict(self.json["schemas"])
        self.relations = {self._name(one): one for one in self.json["relations"]}
        self.functions = [one if isinstance(one, dict) else self._short(one)
                          for one in self.json["functions"]]
        self.types = {self._name(one): one for one in self.json["types"]}

    def _name(self, one):
        return f"{self.schemas[one['schema']]}.{one['name']}"

    @staticmethod
    def _short(one):
        return {"oid": one[0], "schema": 11, "name": one[1], "arguments": one[2], "result": one[3]}

    def function(self, name):
        found = [one for one in self.functions if self._name(one) == name]
        assert len(found) == 1, found
        return found[0]

    def columns(self, name):
        """{name: number}"""
        numbers, last = {}, 0
        for column in self.relations[name]["columns"]:
            last = column[2].get("number", last + 1) if len(column) > 2 else last + 1
            numbers[column[0]] = last
        return numbers


def dump(cluster, folder, database, user="postgres", password="postgres"):
    config = folder / f"{user}.yaml"
    config.write_text(json.dumps({
        "users": [{"name": "app", "auth": "trust"}],
        "databases": [{"name": database, "host": "127.0.0.1", "port": cluster.port, "user": user,
                       "password": password, "pool_mode": "session"}]}))
    done = subprocess.run([BINARY, "catalog", "dump", "--config", config], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return Snapshot(done.stdout.decode())


@contextlib.contextmanager
def server(major, schema=None):
    cluster = Cluster(["autovacuum=off"], programs(major), schema)
    try:
        with cluster.admin("postgres") as connection:
            connection.execute("ALTER ROLE postgres PASSWORD 'postgres'")
        yield cluster
    finally:
        cluster.destroy()


@pytest.fixture(scope="module")
def corpus_server():
    with server(15, CORPUS / "schema.sql") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def corpus(corpus_server, tmp_path_factory):
    return dump(corpus_server, tmp_path_factory.mktemp("corpus"), "poldb")


def test_the_corpus_database_has_its_views(corpus):
    users = corpus.relations["public.users"]["oid"]
    contact = corpus.relations["public.v_contact"]
    assert "public.users" in contact["definition"]
    assert contact["view_reads"] == [[users, 1], [users, 2], [users, 5]]
    # pg_depend has only the first column of v_row, as it has no whole row beside single columns.
    for view in ("public.v_row", "public.v_rowjson"):
        reads = corpus.relations[view]["view_reads"]
        assert [read for read in reads if read[1]] == [[users, number] for number in range(1, 6)]
    assert corpus.relations["analytics.mv_user_dump"]["kind"] == "m"
    assert "definition" in corpus.relations["analytics.mv_user_dump"]
    assert "definition" not in corpus.relations["pg_catalog.pg_roles"]


def test_the_corpus_database_has_generated_columns_and_parents(corpus):
    kyc = {column[0]: column for column in corpus.relations["public.kyc"]["columns"]}
    assert kyc["ssn_last4"][2] == {"generated_from": [2]}
    credentials = corpus.relations["public.user_credentials"]["oid"]
    assert corpus.relations["analytics.uc_2024"]["parents"] == [credentials]
    assert corpus.relations["public.users_archive"]["parents"] == [
        corpus.relations["public.users"]["oid"]]


def test_the_corpus_database_has_user_code(corpus):
    check = corpus.function("public.dom_chk")["oid"]
    assert corpus.types["public.leaky_dom"]["functions"] == [check]
    assert corpus.function("public.leak_agg")["support_functions"] == [
        corpus.function("public.agg_s")["oid"]]
    assert corpus.function("public.get_user_ssn")["is_security_definer"]
    assert corpus.function("public.get_user_ssn")["body"].startswith("SELECT ssn")
    assert "body" not in corpus.function("public.exec_sql")
    crypt = corpus.function("public.crypt")
    assert crypt["extension"] == "pgcrypto"
    assert corpus.relations["public.pg_stat_statements"]["extension"] == "pg_stat_statements"


def test_toast_tables_are_names(corpus):
    toast = [one for name, one in corpus.relations.items() if name.startswith("pg_toast.")]
    assert toast
    assert all(one["kind"] == "t" and "columns" not in one for one in toast)


def test_two_dumps_are_equal(corpus, corpus_server, tmp_path):
    assert dump(corpus_server, tmp_path, "poldb").text == corpus.text


def test_a_role_that_may_read_little_gets_the_same(corpus, corpus_server, tmp_path):
    reader = dump(corpus_server, tmp_path, "poldb", "pol_reader", "CANARY-reader-pw")
    assert reader.text == corpus.text


def test_the_committed_snapshot_is_of_this_schema(corpus):
    """Whoever changes schema.sql dumps it again, to tests/corpus/policy/poldb.catalog.json."""
    committed = Snapshot((CORPUS / "poldb.catalog.json").read_text())

    def users_part(snapshot):
        return {name: [column[0] for column in one.get("columns", [])]
                for name, one in snapshot.relations.items()
                if one["oid"] >= 16384 and not name.startswith("pg_toast.")}
    assert users_part(committed) == users_part(corpus)
    names = [sorted(one["name"] for one in snapshot.functions if one["oid"] >= 16384)
             for snapshot in (committed, corpus)]
    assert names[0] == names[1]


def test_another_sessions_temporary_table_is_left_out(corpus, corpus_server, tmp_path):
    with corpus_server.admin("poldb") as connection:
        connection.execute("CREATE TEMP TABLE passing (id int)")
        assert dump(corpus_server, tmp_path, "poldb").text == corpus.text


def test_a_dump_says_in_a_sentence_why_it_cannot(corpus_server, tmp_path):
    def failed(*arguments, **database):
        config = tmp_path / "bad.yaml"
        config.write_text(json.dumps({
            "users": [{"name": "app", "auth": "trust"}],
            "databases": [{"name": "poldb", "host": "127.0.0.1", "port": corpus_server.port,
                           "user": "postgres", "password": "postgres", "pool_mode": "session",
                           **database}]}))
        done = subprocess.run([BINARY, "catalog", "dump", "--config", config, *arguments],
                              capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr
    assert "no database 'other'; there is poldb" in failed("--database", "other")
    assert 'database "gone" does not exist' in failed(dbname="gone")
    assert "password" in failed(password="not-this-one")
    assert "not-this-one" not in failed(password="not-this-one")


@pytest.fixture(scope="module", params=MAJORS)
def any_server(request):
    with server(request.param) as cluster:
        with cluster.admin("postgres") as connection:
            connection.execute(OBJECTS)
        yield request.param, cluster


@pytest.fixture(scope="module")
def any_snapshot(any_server, tmp_path_factory):
    return dump(any_server[1], tmp_path_factory.mktemp("any"), "postgres")


def test_every_version_gives_the_same_facts(any_server, any_snapshot):
    major, snapshot = any_server[0], any_snapshot
    assert snapshot.json["server_major"] == major
    base = snapshot.relations["public.base"]
    numbers = snapshot.columns("public.base")
    assert numbers == {"id": 1, "first": 2, "last": 3, "full_name": 5}
    assert base["unique_keys"] == [[1], [2]]
    assert base["has_primary_key"]
    assert base["comment"] == "people"
    options = {column[0]: column[2] for column in base["columns"] if len(column) > 2}
    assert options["full_name"]["generated_from"] == [2, 3]
    assert options["first"] == {"comment": "given name"}
    assert snapshot.relations["public.child"]["parents"] == [base["oid"]]
    assert {"relation": snapshot.relations["public.child"]["oid"], "columns": [5],
            "referenced": base["oid"], "referenced_columns": [1]} in snapshot.json["foreign_keys"]
    assert snapshot.relations["public.parts_1"]["parents"] == [
        snapshot.relations["public.parts"]["oid"]]


def test_every_version_says_what_views_run(any_snapshot):
    def called(view):
        oids = any_snapshot.relations[view].get("view_functions", [])
        return sorted(one["name"] for one in any_snapshot.functions if one["oid"] in oids)
    assert called("public.files") == ["pg_read_file"]
    password = any_snapshot.columns("pg_catalog.pg_authid")["rolpassword"]
    assert [1260, password] in any_snapshot.relations["public.files"]["view_reads"]
    assert called("public.compared") == ["same"]
    assert called("public.nested") == []
    assert any_snapshot.relations["public.nested"]["view_reads"] == [
        [any_snapshot.relations["public.compared"]["oid"], 1]]


def test_every_version_says_what_types_run(any_snapshot):
    fine = any_snapshot.function("public.is_fine")["oid"]
    assert any_snapshot.types["public.fine"]["functions"] == [fine]
    names = {one["oid"]: one["name"] for one in any_snapshot.functions}
    citext = any_snapshot.types["public.citext"]
    assert {names[oid] for oid in citext["functions"]} == {
        "citextin", "citextout", "citextrecv", "citextsend"}
    assert "citext_cmp" in {names[oid] for oid in citext["ordering_functions"]}
    span = any_snapshot.types["public.span"]
    assert (span["kind"], span["subtype"]) == ("r", 25)
    multirange = any_snapshot.types["public.span_multirange"] if (
        "public.span_multirange" in any_snapshot.types) else any_snapshot.types["public.multispan"]
    assert (multirange["kind"], multirange["range"]) == ("m", span["oid"])


def test_every_version_says_what_functions_take_and_give(any_snapshot):
    function = any_snapshot.function("public.out_in")
    assert function["arguments"] == [23, 23, 1007]
    assert function["argument_names"] == ["a", "C d", "rest"]
    assert function["outputs"] == [["b", 25], ["C d", 23]]
    assert function["variadic"] == 23
    assert "42" in any_snapshot.function("public.answer")["body"]


def test_every_version_tells_a_role_without_any_right(any_server, any_snapshot, tmp_path):
    nobody = dump(any_server[1], tmp_path, "postgres", "nobody", "nobody-password")
    assert nobody.text == any_snapshot.text


def known(name, entry):
    text = (pathlib.Path(__file__).parents[2] / "policy" / "catalog" / name).read_text()
    return {line.split('"')[1] for line in text.splitlines() if line.startswith(entry)}


def test_every_function_of_every_version_is_decided(any_snapshot):
    decided = known("known_functions.def", "KNOWN_FUNCTION(")
    system = ("pg_catalog", "information_schema")
    signatures = {" ".join([one["name"], *map(str, one.get("arguments", []))])
                  for one in any_snapshot.functions
                  if one["oid"] < 16384 and any_snapshot.schemas[one["schema"]] in system
                  and "extension" not in one}
    assert len(signatures) > 2800
    assert signatures - decided == set()


def test_every_relation_of_every_version_is_decided(any_snapshot):
    decided = known("known_relations.def", "KNOWN_RELATION(")
    names = {name.replace(".", " ", 1) for name, one in any_snapshot.relations.items()
             if one["oid"] < 16384 and one.get("kind", "r") in "rv"
             and name.startswith(("pg_catalog.", "information_schema."))}
    assert len(names) > 190
    assert names - decided == set()
