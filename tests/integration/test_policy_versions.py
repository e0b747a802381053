# SPDX-License-Identifier: Apache-2.0
"""The policy corpus through `postern check` with a catalog that a real server gave: every attack is
refused, every harmless statement allowed.

Cases that only a running gateway can decide (layers protocol, cost, runtime) are not for `check`.
A refusal must hold on every server, also for an attack that works only on some. A harmless statement
is judged against the servers on which it runs."""

import pytest
from harness.policy import PolicyDatabase, corpus, reasons
from harness.servers import MAJORS, programs

LAYERS = {"catalog", "static", "session", "parse"}
CASES = [case for case in corpus("corpus.jsonl") if case.get("layer", "static") in LAYERS]


def is_for(case, major):
    if case["expect"] == "deny":
        return True
    return major >= case.get("min_version", 0) and major in case.get("works_on", MAJORS)


def differences(cases, answers):
    found = []
    for case, answer in zip(cases, answers, strict=True):
        if answer["verdict"] == case["expect"]:
            continue
        told = case.get("sql") or case.get("steps") or case.get("sql_gen")
        found.append(f"{case['id']}: expected {case['expect']}, got {answer['verdict']} "
                     f"{reasons(answer)}\n    {str(told)[:400]}")
    return found


@pytest.mark.parametrize("major", MAJORS)
def test_every_case_is_decided_as_labelled(major):
    database = PolicyDatabase(programs(major))
    try:
        cases = [database.fill(case) for case in CASES if is_for(case, major)]
        config = database.config("policy")
        found = differences(cases, database.check(cases, config, database.dump(config)))
    finally:
        database.destroy()
    left_out = [case["id"] for case in CASES if not is_for(case, major)]
    print(f"PostgreSQL {major}: {len(cases)} cases, {len(left_out)} not for it: {left_out}")
    assert len(cases) > 500
    assert not found, f"{len(found)} differ:\n" + "\n".join(found)


def test_a_wrong_label_is_found():
    """What test_every_case… compares can fail."""
    case = {"id": "x", "sql": "SELECT 1", "expect": "deny"}
    answer = {"id": "x", "verdict": "allow", "violations": []}
    assert len(differences([case], [answer])) == 1
    assert differences([case | {"expect": "allow"}], [answer]) == []
