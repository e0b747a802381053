# SPDX-License-Identifier: Apache-2.0
"""Ordinary SQL passes: what psql, drivers, ORMs and benchmarks send, and what people write, under a
policy as people write one, on PostgreSQL 14 to 18.

Each statement is also given to the server, so that none is here that could not run. The few that are
labelled as refused say why, and must be refused by a rule, not for uncertainty."""

import collections
import pathlib
import re

import pytest
from harness import ordinary
from harness.policy import reasons
from harness.servers import MAJORS, programs

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "policy.md"
# What says that the engine could not tell what a statement reads.
UNCERTAIN = "resolve"


def kind(answer):
    if answer["verdict"] == "allow":
        return "allowed"
    if any(violation["rule"] == UNCERTAIN for violation in answer["violations"]):
        return "refused for uncertainty"
    return "refused by a rule"


def differences(judged):
    """What is not as labelled, in a line or two each."""
    for case, answer in judged:
        wanted = "refused by a rule" if case.get("expect") == "deny" else "allowed"
        if kind(answer) != wanted:
            yield (f"{case['id']} ({case['source']}): {kind(answer)} {reasons(answer)}\n"
                   f"    {case['sql'][:300]}")


@pytest.fixture(scope="module", params=MAJORS)
def server(request):
    cluster, databases = ordinary.start(programs(request.param))
    yield request.param, databases
    for database in databases:
        database.admin.close()
    cluster.destroy()


def test_no_ordinary_statement_is_refused(server):
    major, databases = server
    judged = [pair for database in databases for pair in database.judge(major)]
    counts = collections.Counter(kind(answer) for _, answer in judged)
    print(f"PostgreSQL {major}: {len(judged)} statements, {dict(counts)}")
    assert len(judged) > 1000
    found = list(differences(judged))
    assert not found, f"{len(found)} differ:\n" + "\n".join(found)


def test_every_statement_is_one_that_the_server_takes(server):
    major, databases = server
    wrong = []
    for database in databases:
        for own in ordinary.cases(database.database, major).values():
            errors = ((case["id"], database.server_error(case["sql"])) for case in own)
            wrong += [each for each in errors if each[1]]
    assert not wrong


def test_labels_are_complete():
    assert len({case["id"] for case in ordinary.CASES}) == len(ordinary.CASES)
    for case in ordinary.CASES:
        assert case.get("expect", "deny") == "deny", case["id"]
        assert ("reason" in case) == ("expect" in case), case["id"]
        assert set(case.get("works_on", MAJORS)) <= set(MAJORS), case["id"]


def test_the_documentation_counts_them():
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \|", DOCUMENT.read_text(), re.M)
    documented = {group: (int(total), int(refused)) for group, total, refused in rows}
    total = collections.Counter(case["group"] for case in ordinary.CASES)
    refused = collections.Counter(case["group"] for case in ordinary.CASES if "expect" in case)
    assert documented == {group: (total[group], refused[group]) for group in total}


def test_a_wrong_verdict_is_found():
    """What test_no_ordinary_statement… compares can fail."""
    case = {"id": "x", "source": "here", "sql": "SELECT 1"}
    refused = {"verdict": "deny", "violations": [
        {"rule": "never", "code": "C", "sqlstate": "42501", "message": "no"}]}
    unsure = {"verdict": "deny", "violations": [refused["violations"][0] | {"rule": UNCERTAIN}]}
    assert len(list(differences([(case, refused), (case, unsure)]))) == 2
    assert not list(differences([(case, {"verdict": "allow", "violations": []})]))
    labelled = case | {"expect": "deny", "reason": "said"}
    assert not list(differences([(labelled, refused)]))
    allowed = {"verdict": "allow", "violations": []}
    assert len(list(differences([(labelled, unsure), (labelled, allowed)]))) == 2
