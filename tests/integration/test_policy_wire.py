# SPDX-License-Identifier: Apache-2.0
"""The policy corpora through the gateway, against a server whose user could do all of it.

Every attack is refused for the reason that `postern check` gives, in the simple and in the extended
protocol; no protected value comes out, its text never reaches the server, and the server holds what it
held. Every harmless statement is answered as PostgreSQL answers it itself."""

import json
from dataclasses import dataclass

import pytest

from harness.fingerprint import differences, fingerprint
from harness.policy import PolicyDatabase, corpus
from harness.policy_wire import (CANARY, Direct, LoggedServer, Player, PolicyGateway, detail, normal,
                                 policy_text, running, shape, steps_of)

# `check` decides these; of the others it knows nothing.
CHECKED = {None, "catalog", "static", "session", "parse"}
PROTOCOLS = ("simple", "extended")
SETS = {"corpus": ("corpus.jsonl", "read_only"), "own": ("own.jsonl", "read_only"),
        "own balanced": ("own.jsonl", "balanced"), "own permissive": ("own.jsonl", "permissive")}
# What PostgreSQL itself says to several statements in one Parse.
MULTIPLE = "42601"


@dataclass
class Judged:
    server: LoggedServer
    database: PolicyDatabase
    gateway: PolicyGateway
    mode: str
    cases: list
    answers: dict

    def attacks(self):
        return [case for case in self.cases if case["expect"] == "deny"]

    def harmless(self):
        return [case for case in self.cases
                if case["expect"] == "allow" and 15 in case["works_on"]]

    def around(self, case):
        """Where statements may write, what a case did is undone."""
        return () if self.mode == "read_only" else ("BEGIN", "ROLLBACK")


def protocols(case):
    return PROTOCOLS if case.get("protocol", "either") == "either" else (case["protocol"],)


@pytest.fixture(scope="module")
def server():
    server = LoggedServer()
    yield server
    server.destroy()


@pytest.fixture(scope="module", params=SETS)
def judged(request, server):
    name, mode = SETS[request.param]
    database = server.main if name == "corpus.jsonl" else server.own
    cases = [database.fill(case) for case in corpus(name) if case.get("mode", "read_only") == mode]
    policy = policy_text(mode, database.database)
    config = database.folder / f"{mode}.yaml"
    config.write_text(policy)
    asked = [{"id": case["id"]} | {key: case[key] for key in ("sql", "steps", "sql_gen") if key in case}
             for case in cases if case.get("layer") in CHECKED]
    answers = database.check(asked, config, database.dump(config))
    with running(server, policy) as gateway:
        yield Judged(server, database, gateway, mode, cases, {one["id"]: one for one in answers})


def complaint(case, protocol, text):
    return f"{case['id']} {protocol}: {text}\n    {json.dumps(steps_of(case))[:300]}"


def expected_fields(violation):
    """What the wire says of a violation that `check` found. An unknown name reads as PostgreSQL's own
    error; a text that is too long is not read at all."""
    wanted = {"C": violation["sqlstate"], "D": detail(violation), "M": violation["message"]}
    wanted |= {"H": violation["hint"]} if violation["hint"] else {}
    wanted |= {"P": str(violation["position"])} if violation.get("position") else {}
    if violation["code"] in ("SYNTAX_ERROR", "UNDEFINED_OBJECT"):
        del wanted["D"]
    if violation["rule"] == "max_statement_bytes":
        return {key: wanted[key] for key in "CD"}
    return wanted


def difference(answer, played, protocol):
    """How the first refusal on the wire differs from the first violation of `check`, or None."""
    first = min(answer["violations"], key=lambda one: one.get("step", 0))
    exchange = next((one for one in played if first.get("step", 0) in one.steps), None)
    error = exchange and exchange.error
    if not error:
        return f"{detail(first)} was not refused"
    if protocol == "extended" and len(answer["statements"]) > 1 and error["C"] == MULTIPLE:
        return None
    wanted = expected_fields(first)
    found = {key: error.get(key) for key in wanted}
    return None if found == wanted else f"{found} is not {wanted}"


def refused_texts(case, answer):
    """The statement that is refused first may not reach the server; the others may, where it made no
    statement or cursor that they need."""
    steps, at = steps_of(case), min(one.get("step", 0) for one in answer["violations"])
    return ({step for step in steps[at:at + 1] if isinstance(step, str)},
            {step for step in steps[:at] + steps[at + 1:] if isinstance(step, str)})


def test_every_attack_is_refused_without_effect(judged):
    before = fingerprint(judged.database.admin)
    player = Player(judged.gateway, judged.database.admin)
    wrong, refused, passed = [], set(), set()
    for case in judged.attacks():
        if case["layer"] not in CHECKED:
            continue
        answer = judged.answers[case["id"]]
        refused, passed = (one | more for one, more in
                           zip((refused, passed), refused_texts(case, answer)))
        for protocol in protocols(case):
            played = player.play(case, protocol, judged.around(case))
            if said := difference(answer, played, protocol):
                wrong.append(complaint(case, protocol, said))
            if leaked := [one for one in played if CANARY.search(one.bytes)]:
                wrong.append(complaint(case, protocol, f"leaked {leaked[0].bytes[:200]}"))
    reached = judged.server.texts().keys() & (refused - passed)
    wrong += [f"reached the server: {text}"[:500] for text in reached]
    wrong += [f"changed: {what} {values}"[:500] for what, values in
              differences(before, fingerprint(judged.database.admin)).items()]
    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong)


def test_every_harmless_statement_is_answered_as_directly(judged):
    admin = judged.database.admin
    direct = Player(Direct(judged.server, judged.database.database, judged.mode), admin)
    through = Player(judged.gateway, admin)
    wrong = []
    for case in judged.harmless():
        for protocol in protocols(case):
            around = judged.around(case)
            runs = [door.play(case, protocol, around) for door in (direct, through, direct)]
            wanted, got, again = ([[normal(one) for one in exchange.messages] for exchange in played]
                                  for played in runs)
            if wanted != again:  # a clock, a process, a sequence
                wanted, got = ([shape(exchange.messages) for exchange in played] for played in runs[:2])
            if got != wanted:
                wrong.append(complaint(case, protocol, f"{str(got)[:400]} is not {str(wanted)[:400]}"))
    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong)


def refused_or_failed(played):
    return any(exchange.error or exchange.messages[-1].kind == "!" for exchange in played)


def test_messages_that_no_text_shows_are_refused(judged):
    """What `check` knows nothing of: names and values in Bind, FunctionCall, bytes that are no text."""
    before = fingerprint(judged.database.admin)
    player = Player(judged.gateway, judged.database.admin)
    wrong = []
    for case in judged.attacks():
        if case["layer"] != "protocol":
            continue
        for protocol in protocols(case):
            played = player.play(case, protocol)
            if not refused_or_failed(played):
                wrong.append(complaint(case, protocol, "passed"))
            if leaked := [one for one in played if CANARY.search(one.bytes)]:
                wrong.append(complaint(case, protocol, f"leaked {leaked[0].bytes[:200]}"))
    assert not differences(before, fingerprint(judged.database.admin))
    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_statements_that_only_take_too_long_are_ended(server, protocol):
    """By the pinned statement_timeout. The others of that layer need caps on memory and results."""
    ended = {"A-resource-002", "A-resource-010", "A-resource-019", "A-resource-021"}
    cases = [case for case in corpus("corpus.jsonl") if case["id"] in ended]
    assert {case["layer"] for case in cases} == {"runtime"} and len(cases) == len(ended)
    with running(server, policy_text(**{"statement_timeout: 5s": "statement_timeout: 200ms"})) as gateway:
        player = Player(gateway, server.main.admin)
        answers = {case["id"]: player.play(case, protocol)[0].error["C"] for case in cases}
    assert answers == dict.fromkeys(ended, "57014")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_statements_that_cost_too_much_are_refused(server, protocol):
    """By the plan gate, with a limit that is below both of them."""
    cases = [case for case in corpus("corpus.jsonl") if case.get("layer") == "cost"]
    gate = {"explain_policy: {enabled: true": "explain_policy: {enabled: true",
            "max_estimated_cost: 1000000": "max_estimated_cost: 500000"}
    with running(server, policy_text(**gate)) as gateway:
        player = Player(gateway, server.main.admin)
        answers = {case["id"]: player.play(case, protocol)[0].error for case in cases}
    told = {name: error.get("D", error["M"])[:20] for name, error in answers.items()}
    assert told and set(told.values()) == {"QUERY_TOO_EXPENSIVE:"}, answers


def test_without_the_gateway_the_attacks_leak(server):
    """The canaries that the other tests look for are there to be found."""
    player = Player(Direct(server, "poldb"), server.main.admin)
    cases = [case for case in corpus("corpus.jsonl")
             if case["category"] in ("direct", "star", "whole-row", "laundering")
             and case["expect"] == "deny" and "sql" in case and 15 in case.get("works_on", ())]
    silent = [case["id"] for case in cases
              if not any(CANARY.search(one.bytes) for one in player.play(case, "extended"))]
    assert len(cases) > 80 and len(silent) < len(cases) / 5, silent
