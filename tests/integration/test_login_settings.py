# SPDX-License-Identifier: Apache-2.0
"""What a client asks for in its start-up packet is what RESET returns to, as in PostgreSQL: the same
actions direct and through."""

import os
import pty
import subprocess

import pytest

from conftest import running
from harness import audit
from harness.cluster import binaries
from harness.wire import COPY_DONE, SYNC, ServerError, bind, errors, execute, parse, query, run

ASKED = {"TimeZone": "Asia/Tokyo", "lock_timeout": "5s", "application_name": "mine", "DateStyle": "German"}
SHOW = ("SELECT current_setting('timezone'), current_setting('lock_timeout'), "
        "current_setting('application_name'), current_setting('datestyle')")
OWN = "SET timezone = 'UTC'; SET lock_timeout = '1s'; SET application_name = 'job'"
PREPARED = [parse("RESET ALL", "reset") + SYNC, bind(name="reset") + execute() + SYNC]
PIPELINED = query("BEGIN") + query("RESET ALL") + query("COMMIT")

# Each behind OWN, step after step.
WAYS = {
    "one of them": ["RESET lock_timeout"],
    "all": ["RESET ALL"],
    "everything": ["DISCARD ALL"],
    "to default": ["SET timezone TO DEFAULT"],
    "its own word": ["SET TIME ZONE LOCAL"],
    "by call": ["SELECT set_config('lock_timeout', NULL, false)"],
    "another one": ["RESET statement_timeout"],
    "a pinned one": ["RESET search_path"],
    "that never ran": ["SELECT 1/0; RESET ALL"],
    "of no setting": ["RESET nonsense.such"],
    "in a block that commits": ["BEGIN", "RESET ALL", "COMMIT"],
    "in a block that is rolled back": ["BEGIN", "RESET ALL", "ROLLBACK"],
    "in a savepoint": ["BEGIN", "SAVEPOINT a", "RESET ALL", "ROLLBACK TO a", "COMMIT"],
    "in a failed block": ["BEGIN", "SELECT 1/0", "RESET ALL", "ROLLBACK"],
    "extended": [run("RESET timezone") + SYNC],
    "in a unit that fails": [run("SELECT 1/0") + run("RESET ALL") + SYNC],
    "prepared": PREPARED,
    "parsed only": PREPARED[:1],
    "pipelined": [PIPELINED],
    "in a block, then a level": ["BEGIN", "RESET lock_timeout", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "COMMIT"],
    "with a COPY behind it": ["CREATE TEMP TABLE t (a int)", query("RESET ALL; COPY t FROM STDIN") + COPY_DONE],
}


def play(target, steps):
    """The settings behind the steps, and what the client was told of them."""
    with target.connect(parameters=ASKED) as connection:
        told = connection.parameters
        for step in [OWN, *steps, SHOW]:
            connection.send(query(step) if isinstance(step, str) else step)
            answers = connection.ready(3 if step == PIPELINED else 1)
            told |= dict(one.body.decode().split("\0")[:2] for one in answers if one.kind == "S")
        (row,) = [one.columns for one in answers if one.kind == "D"]
        return row, told["TimeZone"], told["application_name"], told["DateStyle"]


@pytest.mark.parametrize("way", WAYS)
def test_a_reset_returns_what_it_returns_in_postgresql(direct, through, way):
    assert play(through, WAYS[way]) == play(direct, WAYS[way])


@pytest.mark.parametrize("parameters, shown", [
    ({"options": "-c TimeZone=Asia/Tokyo", "TimeZone": "UTC"}, "TimeZone"),
    ({"TimeZone": "UTC", "options": "-c TimeZone=Asia/Tokyo"}, "TimeZone"),
    ({"options": "-c default_transaction_read_only=true"}, "default_transaction_read_only"),
    ({"default_transaction_read_only": "y"}, "default_transaction_read_only"),
    ({"DateStyle": "postgresql, european"}, "DateStyle"),
    ({"DateStyle": "mdy, german"}, "DateStyle"),
    ({"replication": "Off"}, "TimeZone")])
def test_the_greeting_tells_what_postgresql_tells(direct, through, parameters, shown):
    def told(target):
        with target.connect(parameters=parameters) as connection:
            return connection.parameters.get(shown), connection.rows(f"SHOW {shown}")
    assert told(through) == told(direct)


@pytest.mark.parametrize("parameters", [
    {"TimeZone": "Nowhere/X"}, {"lock_timeout": "abc"}, {"extra_float_digits": "99"}, {"DateStyle": "foo"}])
def test_a_setting_that_the_server_refuses_ends_the_session_as_it_does(direct, through, parameters):
    """With the first statement at the latest: a login is answered without a server."""
    def refusal(target):
        try:
            with target.connect(parameters=parameters) as connection:
                connection.send(query("SELECT 1"))
                (error,) = errors(connection.rest())
        except ServerError as refused:
            error = refused.fields
        return error["S"], error["C"], error["M"]
    assert refusal(through) == refusal(direct)


@pytest.mark.parametrize("name", ["application_name", "Application_Name"])
@pytest.mark.parametrize("form", ["{}", "-c {}={}"])
def test_the_name_of_an_application_counts_in_any_spelling(cluster, name, form):
    narrow = {"principals": [{"match": {"applications": ["agent*"]}, "mode": "read_only"}], "mode": "balanced"}
    asked = {name: "agent"} if form == "{}" else {"options": form.format(name, "agent")}
    with running(cluster.port, narrow) as gateway:
        with gateway.connect(parameters=asked) as connection:
            with pytest.raises(ServerError):
                connection.rows("CREATE TABLE written (a int)")
        record = audit.settled(gateway, "CREATE TABLE written")[0][0]
        assert record["client_info"]["application"] == "agent"


# Without a terminal psql does not ask for the locale's encoding.
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_psql_on_a_terminal_connects_in_any_locale(direct, through, locale):
    def output(target):
        terminal, other = pty.openpty()
        with os.fdopen(terminal), os.fdopen(other, "rb", buffering=0) as end:
            done = subprocess.run(
                [binaries() / "psql", "-X", "-At", "-c", "SELECT 'Grüße'", "-c", r"\echo :ENCODING"],
                stdin=end, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
                env=target.environment() | {"LC_ALL": locale})
        return done.returncode, done.stdout
    assert output(through) == output(direct)
