# SPDX-License-Identifier: Apache-2.0
"""`postern audit verify`, `search` and `tail` on what a gateway wrote."""

import json
import os
import pathlib
import re
import subprocess

import pytest

from harness import wire
from harness.waiting import eventually

KEY = "a key for this test alone"


def postern(*arguments, **options):
    return subprocess.run([os.environ["POSTERN_BINARY"], *map(str, arguments)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          **options)


def verify(gateway, *arguments):
    return postern("audit", "verify", "--config", gateway.folder / "postern.yaml", *arguments)


def run_some(gateway, name, count=20):
    with gateway.connect() as connection:
        for number in range(count):
            connection.rows(f"SELECT '{name} {number}'")


def decided(gateway, name, count=20):
    eventually(lambda: sum(name in record.get("query", {}).get("sql", "")
                           for record in gateway.audit()) >= count, what=f"records of {name}")


@pytest.fixture
def signed(gateways):
    return lambda **audit: gateways(audit={"key": KEY, **audit})


@pytest.mark.parametrize("durability", ["write", "fsync"])
def test_a_chain_over_two_starts_verifies(signed, durability):
    gateway = signed(durability=durability)
    run_some(gateway, "first")
    gateway.process.terminate()
    assert gateway.process.wait(30) == 0
    head = re.findall(r'"head":"([^"]+)"', gateway.log_text())[-1]
    gateway.start()
    run_some(gateway, "second")
    decided(gateway, "second")
    done = verify(gateway, "--head", head)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of 2 chains verify" in done.stdout
    text = gateway.audit_path.read_text()
    gateway.audit_path.write_text(text.replace("first 7", "first 8"))
    done = verify(gateway)
    assert done.returncode == 1
    assert re.search(r"BAD .*audit\.jsonl:\d+ \(seq \d+\): ", done.stdout), done.stdout


def test_the_head_at_the_stop_shows_a_cut_end(signed):
    gateway = signed()
    run_some(gateway, "whole")
    gateway.process.terminate()
    assert gateway.process.wait(30) == 0
    head = re.findall(r'"head":"([^"]+)"', gateway.log_text())[-1]
    assert verify(gateway, "--head", head).returncode == 0
    lines = gateway.audit_path.read_text().splitlines(keepends=True)
    seals = [at for at, line in enumerate(lines) if '"event_type":"batch"' in line]
    gateway.audit_path.write_text("".join(lines[:seals[-2] + 1]))
    assert verify(gateway).returncode == 0
    done = verify(gateway, "--head", head)
    assert done.returncode == 1 and "is not in these files" in done.stdout
    gateway.start()


def test_search_finds_statements_and_their_ends(signed):
    gateway = signed()
    with gateway.connect() as connection:
        connection.rows("SELECT 'Needle'")
        connection.simple("SELECT 1/0 AS needle")
        connection.rows("SELECT 'hay'")
    eventually(lambda: len(gateway.audit()) >= 8)

    def found(*arguments):
        done = postern("audit", "search", gateway.audit_path, *arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["event_type"] for one in found("--text", "needle")] == [
        "query_allowed", "query_executed", "query_allowed", "query_failed"]
    assert [one["result"]["sqlstate"] for one in found("--code", "22012")] == ["22012"]
    assert found("--user", "nobody") == []
    assert {one["event_type"] for one in found("--event", "session_started")} == {
        "session_started"}
    assert found("--since", "2999") == [] and found("--until", "2999")
    done = postern("audit", "search", gateway.audit_path, "--since", "yesterday")
    assert done.returncode == 2 and "must be a time in UTC" in done.stderr
    with open(gateway.audit_path, "a") as file:
        file.write("{torn\n")
    done = postern("audit", "search", gateway.audit_path, "--text", "hay")
    assert done.returncode == 0 and "not a record" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_tail_follows_over_rotations(signed):
    gateway = signed(max_size_mb=1)
    run_some(gateway, "before", 3)
    decided(gateway, "before", 3)
    last = postern("audit", "tail", "-n", "2", gateway.audit_path)
    assert last.returncode == 0 and len(last.stdout.splitlines()) == 2
    seen = gateway.folder / "seen"
    with open(seen, "wb") as out:
        tail = subprocess.Popen([os.environ["POSTERN_BINARY"], "audit", "tail", "-n", "0", "-f",
                                 gateway.audit_path], stdout=out, stdin=subprocess.DEVNULL)
    try:
        filler = "x" * 100_000
        # Until tail reads, nothing says that it does.
        with gateway.connect() as connection:
            for number in range(40):
                connection.rows(f"SELECT 'filled {number} {filler}'")
                if number == 0:
                    eventually(lambda: connection.rows("SELECT 1") and b"SELECT 1" in
                               seen.read_bytes(), what="tail to begin")
        assert pathlib.Path(f"{gateway.audit_path}.1").exists()
        eventually(lambda: b"filled 39" in seen.read_bytes(), what="the last record in the tail")
    finally:
        tail.kill()
        tail.wait()
    numbers = [json.loads(line)["seq"] for line in seen.read_text().splitlines()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    done = verify(gateway)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("durability", ["write", "fsync"])
def test_a_folder_that_is_gone_denies_until_it_is_back(gateways, durability):
    gateway = gateways(audit={"key": KEY, "durability": durability})
    place = gateway.folder / "moving"
    place.mkdir()
    gateway.process.terminate()
    gateway.process.wait(30)
    gateway.audit_path = place / "audit.jsonl"
    gateway.start()
    run_some(gateway, "there", 1)
    place.rename(gateway.folder / "moved")

    def told():
        try:
            with gateway.connect() as connection:
                failed = wire.errors(connection.simple("SELECT 'gone'"))
                return failed[0]["C"] if failed else ""
        except wire.ServerError as failure:
            return failure.sqlstate
        except wire.Closed:
            return "closed"
    eventually(lambda: told() == "58030", what="58030")
    eventually(lambda: gateway.get("/readyz")[0] == 503, what="/readyz to say so")
    place.mkdir()
    eventually(lambda: gateway.get("/readyz")[0] == 200, what="recovery without a statement")
    assert told() == ""


def test_pipelines_wait_for_the_disk_and_are_answered_in_order(gateways):
    gateway = gateways(audit={"durability": "fsync"})
    with gateway.connect() as connection:
        connection.send(*(wire.query(f"SELECT {number}") for number in range(200)))
        replies = connection.ready(200)
    assert [one.columns for one in replies if one.kind == "D"] == [[str(n)] for n in range(200)]
    eventually(lambda: sum(record["event_type"] == "query_executed" for record in gateway.audit())
               == 200, what="the ends")
    assert gateway.metric("postern_audit_flush_duration_seconds_count") > 0


def canaries(text):
    return [f"SELECT {text}", f"SELECT * FROM nowhere WHERE a = {text}",
            f"INSERT INTO scratch VALUES (1, {text})", f"SELECT {text}::int",
            f"UPDATE scratch SET note = {text}", f"SELECT 1 /* {text} */ + 1 -- {text}",
            f"SELEC {text}", f"SELECT {text}; SELECT 1/0", f"SET application_name = {text}",
            f"SELECT pg_sleep(0), {text}", f"CREATE TABLE t (a text DEFAULT {text})",
            f"PREPARE p AS SELECT {text}", f"COPY (SELECT {text}) TO STDOUT",
            f"SELECT {text} COLLATE nowhere", f"DECLARE c CURSOR FOR SELECT {text}",
            f"SELECT $x${text}$x$", f"SELECT E{text}", f"SELECT U&{text}", f"SELECT {text} FROM",
            f"SELECT set_config('work_mem', {text}, false)", f"EXPLAIN SELECT {text}",
            f"DO {text}", f"COMMENT ON TABLE scratch IS {text}", f"NOTIFY x, {text}",
            f"SELECT date {text}", f"SELECT {text} LIKE {text}", f"SELECT {text}'", "SELECT '\n"
            + text.strip("'") + "'"]


@pytest.mark.parametrize("mode", ["read_only", "permissive"])
def test_redacted_records_quote_no_literal(gateways, mode):
    gateway = gateways({"mode": mode}, audit={"redact_sql": True})
    canary = "canary4711"
    with gateway.connect() as connection:
        for sql in canaries(f"'{canary}'"):
            connection.simple(sql)
        connection.send(wire.run(f"SELECT '{canary}'::int"), wire.SYNC)
        connection.ready()
        connection.send(wire.run("SELECT $1::int", canary.encode()), wire.SYNC)
        connection.ready()
    eventually(lambda: any(one["event_type"] == "session_ended" for one in gateway.audit()))
    leaks = [line for line in gateway.audit_path.read_text().splitlines() if canary in line]
    assert leaks == []
