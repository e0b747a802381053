# SPDX-License-Identifier: Apache-2.0
"""Our own additions to the policy corpus: tests/corpus/policy/own.jsonl over schema.sql and own.sql.

As corpus.jsonl, and besides: `mode` (read_only), `as` (the role that runs it; pol_app), and what proves an
attack: `shows`, a pattern of its results and notices (a canary), or `changes`, a query that then answers
differently. Every case is judged on each server, and really run, without a gateway, where `works_on` says
that it works: an attack that does nothing proves nothing, a harmless statement that fails is no loss."""

import json
import re

import psycopg
import pytest
from harness.policy import CORPUS, PolicyDatabase, corpus, reasons
from harness.servers import MAJORS, programs

CASES = corpus("own.jsonl")
MODES = ("read_only", "balanced", "permissive")
CANARY = r"\b9\d\d-\d\d-\d{4}|CANARY"


def statements(case):
    return case["steps"] if "steps" in case else [case["sql"]]


def in_mode(mode):
    return [case for case in CASES if case.get("mode", "read_only") == mode]


def is_for(case, major):
    """A refusal must hold on every server, also for an attack that works only on some."""
    return case["expect"] == "deny" or major in case["works_on"]


@pytest.fixture(scope="module", params=MAJORS)
def server(request, tmp_path_factory):
    schema = tmp_path_factory.mktemp("own") / "schema.sql"
    schema.write_text((CORPUS / "schema.sql").read_text() + (CORPUS / "own.sql").read_text())
    database = PolicyDatabase(programs(request.param), schema=schema)
    yield request.param, database
    database.destroy()


def run(database, case):
    """What a case shows, and whether it changes what `changes` asks; undone at the end."""
    shown = []
    with psycopg.connect(host=str(database.folder), port=database.cluster.port, dbname=database.database,
                         user=case.get("as", "pol_app")) as connection:
        connection.add_notice_handler(lambda notice: shown.append(notice.message_primary))
        changes = case.get("changes", "SELECT 1")
        before = connection.execute(changes).fetchall()
        for statement in statements(case):
            cursor = connection.execute(statement)
            more = True
            while more:
                shown += cursor.fetchall() if cursor.description else []
                more = cursor.nextset()
        changed = connection.execute(changes).fetchall() != before
        connection.rollback()
    return str(shown), changed


def test_the_corpus_is_read():
    assert len(CASES) > 100
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert all(in_mode(mode) for mode in MODES)


@pytest.mark.parametrize("mode", MODES)
def test_every_case_is_decided_as_labelled(server, mode):
    major, database = server
    policy = (CORPUS / "policy.yaml").read_text().replace("mode: read_only", f"mode: {mode}")
    config = database.folder / f"{mode}.yaml"
    config.write_text(policy.replace("user: pol_app\n", "user: pol_app\n    password: CANARY-app-pw\n"))
    cases = [case for case in in_mode(mode) if is_for(case, major)]
    asked = [{key: case[key] for key in ("id", "sql", "steps") if key in case} for case in cases]
    answers = database.check(asked, config, database.dump(config))
    wrong = [f"{case['id']}: {answer['verdict']} {reasons(answer)}\n    {json.dumps(statements(case))}"
             for case, answer in zip(cases, answers, strict=True) if answer["verdict"] != case["expect"]]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("mode", MODES)
def test_every_attack_works_where_nothing_stops_it(server, mode):
    major, database = server
    idle = []
    for case in in_mode(mode):
        if case["expect"] != "deny" or major not in case["works_on"]:
            continue
        shown, changed = run(database, case)
        works = changed if "changes" in case else re.search(case.get("shows", CANARY), shown)
        if not works:
            idle.append(f"{case['id']}: {json.dumps(statements(case))} shows {shown[:200]}")
    assert not idle, "\n".join(idle)


@pytest.mark.parametrize("mode", MODES)
def test_every_harmless_statement_runs(server, mode):
    major, database = server
    for case in in_mode(mode):
        if case["expect"] == "allow" and major in case["works_on"]:
            run(database, case)
