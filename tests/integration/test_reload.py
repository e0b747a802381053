# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: what is in force afterwards, for sessions that live and for those that come."""

import json

import pytest

from harness.cluster import PASSWORD, USER
from harness.reloading import hang_up, reload, write
from harness.waiting import eventually
from harness.wire import ServerError, code_of, errors, query

HIDES_BALANCES = {"access_policy": {"columns": {"denied": ["accounts.balance"]}}}


def reloads(gateway):
    return [record["result"] | {"text": json.dumps(record)} for record in gateway.audit()
            if record["event_type"] == "config_reloaded"]


def test_rules_tighten_for_a_session_that_lives(gateways):
    gateway = gateways({"mode": "balanced"})
    with gateway.connect() as connection:
        sql = "SELECT balance FROM accounts LIMIT 1"
        assert code_of(connection, sql) is None
        reload(gateway, HIDES_BALANCES)
        eventually(lambda: gateway.get("/readyz")[0] == 200)
        assert code_of(connection, sql) == "42501"
        assert code_of(connection, "SELECT id FROM accounts LIMIT 1") is None
    eventually(lambda: [each["status"] for each in reloads(gateway)] == ["ok"])


def test_rules_loosen_for_a_session_that_lives(gateways):
    gateway = gateways({"mode": "balanced"} | HIDES_BALANCES)
    with gateway.connect() as connection:
        sql = "SELECT balance FROM accounts LIMIT 1"
        assert code_of(connection, sql) == "42501"
        gateway.database_changes.pop("access_policy")
        reload(gateway)
        assert code_of(connection, sql) is None


@pytest.fixture
def writing(admin):
    """A call that reads as far as any parser can tell."""
    admin.execute("CREATE TABLE written (a int); GRANT ALL ON written TO PUBLIC")
    admin.execute("CREATE FUNCTION write_one() RETURNS void LANGUAGE sql AS 'INSERT INTO written VALUES (1)'")
    yield "SELECT write_one()"
    admin.execute("DROP FUNCTION write_one; DROP TABLE written")


@pytest.mark.parametrize("behind", ["{}", "COMMIT; {}", "COMMIT AND CHAIN; {}"])
def test_read_only_holds_at_once_and_is_pinned_on_servers_to_come(gateways, admin, writing, behind):
    gateway = gateways({"mode": "balanced"})
    with gateway.connect() as connection:
        connection.simple("BEGIN")
        assert code_of(connection, "SELECT 1") is None
        reload(gateway, {"mode": "read_only"})
        # Its server lets it write: it may only end its transaction.
        assert code_of(connection, behind.format(writing)) == "08006"
        connection.send(query("ROLLBACK"))
        assert [error["C"] for error in errors(connection.rest())] == ["57P01"]
    assert admin.execute("SELECT count(*) FROM written").fetchone() == (0,)
    with gateway.connect() as connection:
        assert connection.rows("SHOW default_transaction_read_only") == [["on"]]


def test_time_limits_are_those_of_the_new_file_on_servers_to_come(gateways):
    gateway = gateways({"statement_timeout": "30s", "min_pool_size": 2})
    with gateway.connect() as connection:
        assert connection.rows("SHOW statement_timeout") == [["30s"]]
    reload(gateway, {"statement_timeout": "7s"})
    with gateway.connect() as connection:
        assert connection.rows("SHOW statement_timeout") == [["7s"]]
        assert code_of(connection, "SET statement_timeout = '8s'") == "42501"


def test_a_principal_is_matched_anew(gateways):
    gateway = gateways({"mode": "balanced"})
    with gateway.connect() as connection:
        sql = "UPDATE accounts SET balance = balance WHERE id = 1"
        assert code_of(connection, sql) is None
        reload(gateway, {"principals": [{"match": {"users": [USER]}, "mode": "read_only"}]})
        assert [error["C"] for error in errors(connection.rest())] == ["57P01"]
    with gateway.connect() as connection:
        assert code_of(connection, sql) == "42501"
    ends = [each["result"]["status"] for each in gateway.audit() if each["event_type"] == "session_ended"]
    assert ends[0] == "rights_narrowed"


@pytest.mark.parametrize("text", ["{", "listen: {prot: 1}", "users: []"])
def test_an_invalid_file_changes_nothing(gateways, text):
    gateway = gateways({"mode": "balanced"} | HIDES_BALANCES)
    with gateway.connect() as connection:
        write(gateway, text)
        hang_up(gateway, "failed")
        assert code_of(connection, "SELECT balance FROM accounts LIMIT 1") == "42501"
        assert code_of(connection, "SELECT id FROM accounts LIMIT 1") is None
    gateway.connect().close()
    assert gateway.metric("postern_config_reload_total", result="ok") == 0
    eventually(lambda: [each["status"] for each in reloads(gateway)] == ["failed"])
    assert "postern.yaml" in reloads(gateway)[0]["text"]
    eventually(lambda: "configuration refused" in gateway.log_text())


def test_a_file_that_is_gone_changes_nothing(gateways):
    gateway = gateways()
    (gateway.folder / "postern.yaml").unlink()
    hang_up(gateway, "failed")
    gateway.connect().close()


def test_users_come_and_go(gateways):
    gateway = gateways()
    with gateway.connect() as connection:
        gateway.sections["users"] = [{"name": "newcomer", "password": "another-password"}]
        reload(gateway)
        with gateway.connect("newcomer", "another-password") as newcomer:
            assert code_of(newcomer, "SELECT 1") is None
        with pytest.raises(ServerError) as refused:
            gateway.connect(USER, PASSWORD)
        assert refused.value.fields["C"] == "28P01"
        assert code_of(connection, "SELECT 1") is None  # who is in, stays


def test_what_needs_a_restart_keeps_its_value_and_is_named(gateways):
    gateway = gateways()
    reload(gateway, listen={"unix_socket_dir": "/nowhere"}, audit={"max_files": 9})
    text = "needs a restart: listen.unix_socket_dir, audit.max_files"
    # The log is written by a thread of its own, the audit with the next batch.
    eventually(lambda: text in gateway.log_text(), what="the log line")
    eventually(lambda: any(text in one["text"] for one in reloads(gateway)), what="the record")
    gateway.connect().close()


def test_many_reloads_under_load_drop_nobody(gateways):
    gateway = gateways({"mode": "balanced"})
    with gateway.connect() as connection:
        for hidden in [True, False] * 5:
            gateway.database_changes.pop("access_policy", None)
            reload(gateway, HIDES_BALANCES if hidden else {})
            eventually(lambda: gateway.get("/readyz")[0] == 200)
            wanted = "42501" if hidden else None
            assert code_of(connection, "SELECT balance FROM accounts LIMIT 1") == wanted
