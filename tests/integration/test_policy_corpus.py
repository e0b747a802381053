# SPDX-License-Identifier: Apache-2.0
"""Every attack of the corpus is refused and every harmless statement passes, by `postern check`.

The catalog is the committed snapshot of the corpus's own schema on PostgreSQL 15: no server runs here.
"""

import json
import os
import pathlib
import re
import subprocess

import pytest

BINARY = os.environ["POSTERN_BINARY"]
CORPUS = pathlib.Path(__file__).parents[1] / "corpus" / "policy"
SNAPSHOT = CORPUS / "poldb.catalog.json"
# What `check` decides; the other layers need a running gateway, or the server's own estimate.
LAYERS = {"catalog", "static", "session", "parse"}
# ${oid:public.users} is the relation's OID, ${toast:public.users} the name of its TOAST table.
PLACEHOLDER = re.compile(r"\$\{(oid|toast):([^}]+)\}")


def relations():
    snapshot = json.loads(SNAPSHOT.read_text())
    schemas = dict(snapshot["schemas"])
    return {f"{schemas[one['schema']]}.{one['name']}": one["oid"] for one in snapshot["relations"]}


def filled(value, oids):
    def one(match):
        oid = oids[match[2]]
        return str(oid) if match[1] == "oid" else f"pg_toast.pg_toast_{oid}"

    return json.loads(PLACEHOLDER.sub(one, json.dumps(value)).replace("${port}", "5432"))


def cases():
    for line in (CORPUS / "corpus.jsonl").read_text().splitlines():
        case = json.loads(line)
        if case.get("layer") is None or case["layer"] in LAYERS:
            yield case


@pytest.fixture(scope="module")
def answers():
    oids = relations()
    asked = [
        {"id": case["id"]}
        | {key: filled(case[key], oids) for key in ("sql", "steps", "sql_gen") if key in case}
        for case in cases()
    ]
    done = subprocess.run(
        [BINARY, "check", "--config", CORPUS / "policy.yaml", "--catalog", SNAPSHOT, "--jsonl"],
        input="".join(json.dumps(one) + "\n" for one in asked), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {one["id"]: one for one in map(json.loads, done.stdout.splitlines())}


def expected(case):
    return "deny" if case["expect"] == "deny" else "allow"


def test_every_case_has_an_answer(answers):
    ids = {case["id"] for case in cases()}
    assert len(ids) > 500
    assert set(answers) == ids


@pytest.mark.parametrize("wanted", ["deny", "allow"])
def test_each_case_is_judged_as_it_should_be(answers, wanted):
    wrong = [
        (case["id"], answers[case["id"]]["verdict"], answers[case["id"]].get("violations", [])[:1])
        for case in cases()
        if expected(case) == wanted and answers[case["id"]]["verdict"] != wanted
    ]
    assert wrong == []


def test_a_refusal_says_which_rule_and_what_to_do(answers):
    refused = [one for one in answers.values() if one["verdict"] == "deny"]
    for answer in refused:
        for violation in answer["violations"]:
            assert violation["message"] and violation["rule"], answer
            assert re.fullmatch(r"[0-9A-Z]{5}", violation["sqlstate"]), answer


EXAMPLE = re.compile(r"^```sql (allow|deny)(?: (\S+))?(?: mode=(\w+))?\n(.*?)^```$", re.M | re.S)


def examples():
    """(line, verdict, rule, mode, SQL) of each example in docs/policy.md."""
    text = (pathlib.Path(__file__).parents[2] / "docs" / "policy.md").read_text()
    for match in EXAMPLE.finditer(text):
        rule, mode = match[2] or "", match[3]
        if rule.startswith("mode="):
            rule, mode = "", rule.removeprefix("mode=")
        yield text.count("\n", 0, match.start()) + 1, match[1], rule, mode or "read_only", match[4]


def test_the_documentation_has_examples():
    text = (pathlib.Path(__file__).parents[2] / "docs" / "policy.md").read_text()
    assert len(list(examples())) == text.count("```sql ") > 20


@pytest.mark.parametrize("mode", ["read_only", "balanced", "permissive"])
def test_the_documented_examples_are_judged_as_they_say(mode, tmp_path):
    config = tmp_path / "policy.yaml"
    config.write_text((CORPUS / "policy.yaml").read_text().replace("mode: read_only", f"mode: {mode}"))
    ours = [one for one in examples() if one[3] == mode]
    done = subprocess.run(
        [BINARY, "check", "--config", config, "--catalog", SNAPSHOT, "--jsonl"],
        input="".join(json.dumps({"id": one[0], "sql": one[4]}) + "\n" for one in ours),
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wrong = []
    for (line, verdict, rule, _, sql), answer in zip(
            ours, map(json.loads, done.stdout.splitlines()), strict=True):
        rules = [violation["rule"] for violation in answer.get("violations", [])]
        if answer["verdict"] != verdict or (rule and rule not in rules):
            wrong.append((line, sql, verdict, rule, answer["verdict"], rules))
    assert wrong == []
