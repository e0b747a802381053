# SPDX-License-Identifier: Apache-2.0
"""The resolver against PostgreSQL's own parse analysis: each relation, column, function and operator that
a statement names in whatever clause, each output column, and each error about a name.

Hand-written statements (tests/corpus/oracle) run on 14 to 18, generated ones on 15. POSTERN_ORACLE_SEED
replays a run."""

import os
import pathlib
import re

import pytest
from harness import oracle_facts, query_scope
from harness.oracle import Oracle, Output, Truth
from harness.policy import PolicyDatabase
from harness.query_generator import Generator
from harness.servers import MAJORS, programs

CORPUS = pathlib.Path(__file__).parents[1] / "corpus" / "oracle"
SEARCH_PATH = ["public", "side"]
SEED = os.environ.get("POSTERN_ORACLE_SEED", "1")
GENERATED = int(os.environ.get("POSTERN_ORACLE_QUERIES", "500"))
GENERATED_ON = 15
HEADING = re.compile(r"^--- (.+?)(?: from=(\d+))?$", re.MULTILINE)


def statements(file):
    """(name, text, the first server that has the construct) of each."""
    parts = HEADING.split((CORPUS / file).read_text())[1:]
    return [(name, text.strip(), int(first or 0))
            for name, first, text in zip(parts[::3], parts[1::3], parts[2::3])]


class World:
    """One server with the oracle's schema, and `postern check` with its catalog."""

    def __init__(self, major):
        self.major = major
        self.database = PolicyDatabase(programs(major), CORPUS / "schema.sql", "oracle")
        policy = {"functions": {"allowed": ["*.*"]}, "views": "opaque", "system_catalogs": "all"}
        self.config = self.database.config("all", policy, mode="permissive", safe_search_path=SEARCH_PATH)
        self.catalog = self.database.dump(self.config)
        self.tables = query_scope.tables(self.database.admin)
        self.oracle = Oracle(self.database.admin, ", ".join(SEARCH_PATH))

    def compare(self, texts, is_query=True, is_one_error=True):
        """(text, truth, answer, differences) of each."""
        bases = self.oracle.base_types
        cases = [{"id": number, "sql": text} for number, text in enumerate(texts)]
        answers = self.database.check(cases, self.config, self.catalog)
        truths = [self.oracle.ask(text, is_query) for text in texts]
        return [(text, truth, answer, oracle_facts.differences(truth, answer, bases, is_one_error))
                for text, truth, answer in zip(texts, truths, answers)]


@pytest.fixture(scope="module", params=MAJORS)
def world(request):
    world = World(request.param)
    yield world
    world.database.destroy()


def told(found):
    return "\n".join(f"{label}\n    {' '.join(text.split())}\n" + "\n".join("    " + one for one in all_of)
                     for label, text, all_of in found)


def tally(rows):
    accepted = [(truth, answer) for _, truth, answer, _ in rows if not truth.sqlstate]
    larger = sum(bool(oracle_facts.surplus(truth, answer)) for truth, answer in accepted
                 if answer["verdict"] == "allow" and not truth.is_only_described)
    return (f"{len(accepted)} of {len(rows)} accepted, {larger} with more candidates than run, "
            f"{sum(truth.is_only_described for truth, _ in accepted)} only described")


@pytest.mark.parametrize("file", ("queries.sql", "errors.sql", "writes.sql"))
def test_hand_written(world, file):
    cases = [case for case in statements(file) if case[2] <= world.major]
    rows = world.compare([text for _, text, _ in cases], file != "writes.sql")
    print(f"PostgreSQL {world.major}, {file}: {tally(rows)}")
    found = [(f"{name}:", row[0], row[3]) for (name, _, _), row in zip(cases, rows) if row[3]]
    if file == "queries.sql":
        found += [(f"{name}: not analysed", row[0], [row[1].said]) for (name, _, _), row in zip(cases, rows)
                  if row[1].sqlstate or row[1].is_only_described]
    assert not found, f"{len(found)} differ on {world.major}:\n" + told(found)
    assert file != "errors.sql" or all(row[1].sqlstate for row in rows), tally(rows)


@pytest.mark.parametrize("kind", ("query", "write"))
@pytest.mark.parametrize("world", (GENERATED_ON,), indirect=True)
def test_generated(world, kind):
    generator = Generator(f"{SEED} {kind}", world.tables)
    texts = [generator.one() if kind == "query" else generator.write() for _ in range(GENERATED)]
    rows = world.compare(texts, kind == "query", is_one_error=False)
    print(f"POSTERN_ORACLE_SEED={SEED}, {kind}: {tally(rows)}")
    found = [("", row[0], row[3]) for row in rows if row[3]]
    assert not found, f"{len(found)} of {len(rows)} differ, POSTERN_ORACLE_SEED={SEED}:\n" + told(found)
    assert sum(not row[1].sqlstate for row in rows) > len(rows) / 2, tally(rows)


def answer_to(statement, verdict="allow"):
    return {"verdict": verdict, "violations": [], "statements": [statement]}


RIGHT = {"relations": [{"schema": "s", "relation": "t", "access": ["read"], "columns": ["a"]}],
         "calls": [{"kind": "function", "name": "f", "candidates": ["s.f(integer)"]}],
         "outputs": [{"name": "a", "type": "integer", "relation_oid": 7, "column_number": 1}]}
TRUTH = Truth(outputs=[Output("a", "integer", 7, 1)], uses=[("s.t", ("read",), ("a",), ())],
              functions={"s.f(integer)"}, calls={"f"}, depends={("s.t", "a")})


@pytest.mark.parametrize("wrong", (
    {"relations": []},
    {"relations": [RIGHT["relations"][0] | {"columns": ["a", "b"]}]},
    {"relations": [RIGHT["relations"][0] | {"access": ["read", "lock"]}]},
    {"calls": []},
    {"outputs": []},
    {"outputs": [RIGHT["outputs"][0] | {"type": "text"}]},
    {"outputs": [RIGHT["outputs"][0] | {"column_number": 2}]},
    {"uncertain": {"construct": "this"}}))
def test_a_difference_is_found(wrong):
    assert not oracle_facts.differences(TRUTH, answer_to(RIGHT), {})
    assert oracle_facts.differences(TRUTH, answer_to(RIGHT | wrong), {})


def test_a_missed_error_is_found():
    truth = Truth(sqlstate="42703", said='column "x" does not exist')
    ours = {"unresolved": {"sqlstate": "42703"}}
    assert not oracle_facts.differences(truth, answer_to(ours, "deny"), {})
    assert oracle_facts.differences(truth, answer_to(RIGHT), {})
    assert oracle_facts.differences(truth, answer_to({"unresolved": {"sqlstate": "42P01"}}, "deny"), {})
