# SPDX-License-Identifier: Apache-2.0
"""What docs/policy.md says that a client is told is what psql prints through the gateway.

Each refused example is followed by a `told` block. After a change write them anew:
POSTERN_WRITE_DOCS=1 scripts/test -- -R integration.policy_docs"""

import json
import os
import pathlib
import re
import subprocess

import pytest
from harness import policy_wire
from harness.cluster import binaries
from harness.policy import CORPUS, PolicyDatabase

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "policy.md"
EXAMPLE = re.compile(r"^```sql (?P<verdict>allow|deny)(?: (?P<rule>[^\s=]+))?(?: mode=(?P<mode>\w+))?\n"
                     r"(?P<sql>.*?)^```\n(?:\n```told\n(?P<told>.*?)^```\n)?", re.M | re.S)
REWRITE = re.compile(r"^```rewrite (\w+)\n(.*?)\n```\n\n```sent\n(.*?)\n```$", re.M | re.S)
MODES = ("read_only", "balanced", "permissive")


def examples(mode):
    return [match for match in EXAMPLE.finditer(DOCUMENT.read_text())
            if (match["mode"] or "read_only") == mode]


@pytest.fixture(scope="module")
def server():
    server = PolicyDatabase()
    yield server
    server.destroy()


@pytest.fixture(scope="module", params=MODES)
def told(request, server):
    """[(example, psql's exit code, what it printed)] of one mode."""
    with policy_wire.running(server, policy_wire.policy_text(request.param)) as gateway:
        return [(each, *ask(gateway, each["sql"])) for each in examples(request.param)]


def ask(gateway, sql):
    done = subprocess.run(
        [binaries() / "psql", "-X", "-w", "-v", "VERBOSITY=verbose", "-U", policy_wire.USER, "-d",
         "poldb", "-c", sql.rstrip("\n")],
        env=gateway.environment(), capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


def test_an_allowed_example_is_answered(told):
    failed = [(each["sql"], said) for each, code, said in told
              if each["verdict"] == "allow" and code != 0]
    assert not failed


def test_a_refused_example_is_told_as_documented(told):
    refused = [(each, code, said) for each, code, said in told if each["verdict"] == "deny"]
    if os.environ.get("POSTERN_WRITE_DOCS"):
        write([(each, said) for each, _, said in refused])
        return
    assert [(each["sql"], each["told"], 1) for each, _, _ in refused] == [
        (each["sql"], said, code) for each, code, said in refused]


def write(blocks):
    text = DOCUMENT.read_text()
    for each, said in blocks:
        example = each[0].split("\n```told\n")[0].rstrip("\n") + "\n"
        text = text.replace(each[0], f"{example}\n```told\n{said}```\n")
    DOCUMENT.write_text(text)


@pytest.mark.parametrize("setting", ["expand_safe", "filter", "null"])
def test_a_rewritten_example_is_sent_as_documented(tmp_path, setting):
    key = "select_star_policy" if setting == "expand_safe" else "on_denied"
    config = tmp_path / "policy.yaml"
    config.write_text(policy_wire.policy_text(**{f"{key}: reject": f"{key}: {setting}"}))
    shown = [match for match in REWRITE.finditer(DOCUMENT.read_text()) if match[1] == setting]
    assert shown
    for match in shown:
        done = subprocess.run(
            [os.environ["POSTERN_BINARY"], "check", "--config", config, "--catalog",
             CORPUS / "poldb.catalog.json", "--format", "json", "--sql", match[2]],
            capture_output=True, text=True, timeout=60, check=False)
        assert json.loads(done.stdout)["rewritten"] == match[3]


def test_every_refused_example_says_what_is_told():
    found = [match for mode in MODES for match in examples(mode)]
    assert len(found) == DOCUMENT.read_text().count("```sql ") > 20
    assert DOCUMENT.read_text().count("```told\n") == sum(each["verdict"] == "deny" for each in found)
    for each in found:
        if each["verdict"] == "deny":
            assert "ERROR:  " in each["told"] and "LINE " in each["told"]
            # What PostgreSQL would not find is told as PostgreSQL tells it: without a rule.
            assert each["rule"] == "resolve" or f"(rule: {each['rule']})" in each["told"]
