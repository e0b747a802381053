# SPDX-License-Identifier: Apache-2.0
"""What examples/ says works: the shop's policy with the snapshot that stands beside it; and the demo.

After a change of gateway/demo/shop.sql write the snapshot anew:
POSTERN_WRITE_EXAMPLES=1 scripts/test -- -R integration.examples"""

import json
import os
import pathlib
import re
import subprocess

import pytest
from harness.cluster import Cluster

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SNAPSHOT = EXAMPLES / "shop.catalog.json"
SHOP = ["--config", EXAMPLES / "shop.yaml", "--catalog", SNAPSHOT]
PASSWORD = "example-password"


def run(*arguments, **environment):
    return subprocess.run([os.environ["POSTERN_BINARY"], *arguments], capture_output=True, text=True,
                          check=False, env=os.environ | environment)


def check(*arguments):
    return run("check", *SHOP, *arguments)


@pytest.fixture(scope="module")
def fresh():
    """The snapshot of the demo's shop on this machine's server."""
    cluster = Cluster()
    try:
        shop = (ROOT / "gateway" / "demo" / "shop.sql").read_text()
        cluster.run_sql(f"\\set gateway_password {PASSWORD}\n" + shop)
        done = run("catalog", "dump", "--config", EXAMPLES / "shop.yaml", SHOP_HOST="127.0.0.1",
                   SHOP_PORT=str(cluster.port), SHOP_PASSWORD=PASSWORD)
    finally:
        cluster.destroy()
    assert done.returncode == 0, done.stderr
    if os.environ.get("POSTERN_WRITE_EXAMPLES"):
        SNAPSHOT.write_text(done.stdout)
    return json.loads(done.stdout)


def columns(snapshot):
    schemas = dict(snapshot["schemas"])
    return {f"{schemas[one['schema']]}.{one['name']}": (one.get("kind", "r"), one.get("columns"))
            for one in snapshot["relations"] if one["oid"] >= 16384}


def test_the_snapshot_is_that_of_the_demos_shop(fresh):
    kept = columns(json.loads(SNAPSHOT.read_text()))
    assert "public.customers" in kept and "hr.salaries" in kept
    assert kept == columns(fresh)


def test_the_example_is_valid_against_its_snapshot():
    done = run("config", "validate", *SHOP, SHOP_AUDIT_KEY="the key of an example")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(0 errors, 0 warnings)" in done.stdout + done.stderr


def test_a_whole_row_is_refused_with_column_and_rule():
    done = check("--sql", "SELECT u FROM customers u")
    assert done.returncode == 3, done.stdout + done.stderr
    for told in ("public.customers.ssn", "columns.denied", "public.customers.password_hash",
                 "columns.denied_patterns"):
        assert told in done.stdout


def test_an_allowed_join_passes():
    done = check("--sql", "SELECT c.country, count(*) FROM customers c JOIN orders o "
                          "ON o.customer_id = c.id GROUP BY c.country")
    assert done.returncode == 0, done.stdout + done.stderr


def comment_commands():
    """The commands that the head of examples/shop.yaml shows."""
    head = (EXAMPLES / "shop.yaml").read_text().split("\n\n")[0]
    text = re.sub(r"^# ?", "", head, flags=re.M).replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line.strip().startswith("postern ")]


def test_the_head_of_the_example_shows_these_commands():
    shown = comment_commands()
    assert [command[1] for command in shown] == ["config", "check"]
    assert all("examples/shop.catalog.json" in command for command in shown)


def test_the_tour_of_the_demo_is_as_it_should_be():
    done = run("demo", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[FAIL]" not in done.stdout and done.stdout.count("[ ok ]") > 40
