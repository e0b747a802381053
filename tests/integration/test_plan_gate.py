# SPDX-License-Identifier: Apache-2.0
"""The plan gate against a real planner: what it asks the server, what it refuses, and that it refuses
nothing else. Probes are counted in the server's own log."""

import threading
import time

import psycopg
import pytest

from conftest import running
from harness import audit, wire
from harness.cluster import USER, Cluster
from harness.waiting import eventually
from harness.wire import code_of, errors, kinds, send_cancel, statuses

PROBE = "/* postern plan gate */ EXPLAIN"
SCHEMA = f"""
CREATE TABLE part (p_partkey int PRIMARY KEY, p_name text, p_type text);
CREATE TABLE orders (o_orderkey int PRIMARY KEY, o_custkey int, o_total numeric, o_orderdate date);
CREATE TABLE lineitem (l_orderkey int, l_linenumber int, l_partkey int, l_quantity int,
                       PRIMARY KEY (l_orderkey, l_linenumber));
INSERT INTO part SELECT g, 'part ' || g, 'type ' || g % 5 FROM generate_series(1, 2000) g;
INSERT INTO orders SELECT g, g % 1000, g, '2026-01-01'::date + g % 365 FROM generate_series(1, 15000) g;
INSERT INTO lineitem SELECT g / 4, g % 4, g % 2000 + 1, g % 50 FROM generate_series(1, 60000) g;
CREATE INDEX ON lineitem (l_partkey);
CREATE VIEW order_lines AS SELECT o_orderkey, l_partkey, l_quantity
  FROM orders JOIN lineitem ON l_orderkey = o_orderkey;
CREATE TABLE events (day int, what text) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);
INSERT INTO events SELECT g % 200, 'e' FROM generate_series(1, 4000) g;
CREATE TABLE owners (name text);
INSERT INTO owners VALUES ('{USER}');
CREATE TABLE notes (id int PRIMARY KEY, owner text, body text);
INSERT INTO notes SELECT g, '{USER}', 'note' FROM generate_series(1, 500) g;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON notes USING (owner IN (SELECT name FROM owners));
CREATE FUNCTION lines_of(wanted int) RETURNS SETOF lineitem LANGUAGE sql STABLE
  AS 'SELECT * FROM public.lineitem WHERE l_orderkey = wanted';
GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
"""
GATE = {"enabled": True, "max_estimated_rows": 20_000, "max_estimated_cost": 5_000, "on_cost_exceeded": "deny",
        "large_table_threshold": 20_000, "timeout_seconds": "1s"}
POINT = "SELECT o_total FROM orders WHERE o_orderkey = "
HEAVY = "SELECT count(*) FROM part p JOIN orders o ON o.o_custkey = p.p_partkey WHERE p.p_name = "
TOO_COSTLY = "SELECT count(*) FROM part a, part b, part c"
LARGE_SCAN = "SELECT l_partkey FROM lineitem WHERE l_quantity = 3"
RANGE = "SELECT l_quantity FROM lineitem WHERE l_orderkey BETWEEN $1 AND $2"


@pytest.fixture(scope="module")
def server():
    cluster = Cluster(["log_statement=all"])
    with cluster.admin() as admin:
        admin.execute(SCHEMA)
        admin.execute("VACUUM ANALYZE")
    yield cluster
    cluster.destroy()


def policy(database=None, **gate):
    access = {"allowed_schemas": ["public"], "functions": {"allowed": ["public.lines_of(integer)"]},
              "explain_policy": GATE | gate}
    return {"mode": "balanced", "access_policy": access} | (database or {})


@pytest.fixture(scope="module")
def gateway(server):
    with running(server.port, policy()) as gateway:
        yield gateway


@pytest.fixture
def probes(server):
    """Calling it counts the probes since the last call."""
    seen = [server.log_text().count(PROBE)]

    def count():
        with server.admin() as admin:  # what it logs stands behind all that was logged before
            marker = f"the log up to {time.monotonic_ns()}"
            admin.execute(f"SELECT '{marker}'")
        text = eventually(lambda: marker in server.log_text() and server.log_text())
        before, seen[0] = seen[0], text.count(PROBE)
        return seen[0] - before
    return count


def run(connection, sql, protocol):
    if protocol == "simple":
        return connection.simple(sql)
    connection.send(wire.run(sql), wire.SYNC)
    return connection.ready()


both = pytest.mark.parametrize("protocol", ["simple", "extended"])


@both
def test_point_reads_ask_for_no_plan(gateway, probes, protocol):
    with gateway.connect() as connection:
        for key in range(20):
            assert not errors(run(connection, POINT + str(key), protocol))
        connection.send(wire.parse(POINT + "$1", name="p"), wire.SYNC)
        connection.ready()
        for key in range(20):
            connection.send(wire.bind(str(key).encode(), name="p"), wire.execute(), wire.SYNC)
            assert not errors(connection.ready())
        assert not errors(run(connection, "INSERT INTO owners VALUES ('somebody')", protocol))
    assert probes() == 0


@both
def test_what_is_too_expensive_is_refused(gateway, protocol):
    with gateway.connect() as connection:
        (costly,) = errors(run(connection, TOO_COSTLY, protocol))
        (scan,) = errors(run(connection, LARGE_SCAN, protocol))
        (bomb,) = errors(run(connection, "SELECT count(*) FROM generate_series(1, 300000000)", protocol))
        assert not errors(run(connection, "SELECT 1", protocol))
    assert costly["C"] == "54000" and costly["D"].startswith("QUERY_TOO_EXPENSIVE")
    assert "is estimated at a cost of" in costly["M"] and "the limit is 5000" in costly["M"].replace(",", "")
    assert scan["D"].startswith("SEQ_SCAN_DENIED") and "public.lineitem" in scan["M"]
    assert "l_orderkey" in scan["H"] and "l_partkey" in scan["H"]
    assert bomb["D"].startswith("QUERY_TOO_EXPENSIVE")


@both
@pytest.mark.parametrize("rest", ["WHERE ctid > '(0,0)' AND l_quantity = 3",
                                  "TABLESAMPLE BERNOULLI (100) WHERE l_quantity = 3"])
def test_all_pages_are_a_scan_whatever_asks_for_them(gateway, protocol, rest):
    with gateway.connect() as connection:
        (error,) = errors(run(connection, f"SELECT l_partkey FROM lineitem {rest}", protocol))
        assert not errors(run(connection, "SELECT l_partkey FROM lineitem TABLESAMPLE SYSTEM (1)", protocol))
    assert error["D"].startswith("SEQ_SCAN_DENIED: public.lineitem")


def test_a_refusal_is_told_in_the_audit(gateway):
    with gateway.connect() as connection:
        connection.simple(TOO_COSTLY + " -- told")
        connection.simple(HEAVY + "'told'")
        connection.simple(POINT + "1 -- told")
    for marker, event, check in [(TOO_COSTLY + " -- told", "query_denied", "denied"),
                                 (HEAVY + "'told'", "query_allowed", "passed"),
                                 (POINT + "1 -- told", "query_allowed", "passed")]:
        ((decision, _),) = audit.settled(gateway, marker)
        assert (decision["event_type"], decision["policy_checks"]["explain_check"]) == (event, check)
    assert not [record for record in gateway.audit() if "EXPLAIN" in str(record)]
    assert gateway.metric("postern_policy_check_total", check="plan", result="denied") > 0
    assert gateway.metric("postern_plan_gate_duration_seconds_count") > 0


FAIR = ["SELECT count(*) FROM notes WHERE body = 'note'",               # row security, with a table of its own
        "SELECT n.id, o.o_total FROM notes n JOIN orders o ON o.o_orderkey = n.id WHERE n.id < 5",
        "SELECT count(*) FROM events",                                  # partitions
        "SELECT count(*) FROM events WHERE day = 7",                    # … all but one pruned
        "SELECT count(*) FROM lines_of(3) l WHERE l.l_quantity > 0",    # a function that is inlined
        "SELECT l_quantity FROM order_lines WHERE o_orderkey = 5",      # a view
        "SELECT o.o_custkey FROM orders o LEFT JOIN part p ON p.p_partkey = o.o_orderkey "
        "WHERE o.o_orderkey < 50",                                      # a join that is left out
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM part WHERE false)",
        "WITH c AS (SELECT * FROM part WHERE p_type = 'type 1') SELECT count(*) FROM c a JOIN c b USING (p_partkey)",
        "UPDATE notes SET body = 'note' WHERE id < 10",
        "SELECT count(*) FROM generate_series(1, 100) g"]


@both
@pytest.mark.parametrize("sql", FAIR)
def test_nothing_else_is_refused(gateway, protocol, sql):
    with gateway.connect() as connection:
        assert not errors(run(connection, sql, protocol))


def test_what_no_plan_shows_ends_by_the_timeout(server):
    """A recursion without end is estimated at a cost of next to nothing."""
    with running(server.port, policy({"statement_timeout": "500ms"})) as gateway, \
            gateway.connect() as connection:
        endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
        assert code_of(connection, endless) == "57014"
        assert code_of(connection, "SELECT 1") is None


def test_a_prepared_statement_is_asked_about_by_its_values(gateway, probes):
    def bound(*values):
        return [wire.bind(*(str(value).encode() for value in values), name="p"), wire.execute(), wire.SYNC]
    with gateway.connect() as connection:
        connection.send(wire.parse(RANGE, name="p", types=[23, 23]), wire.SYNC)
        connection.ready()
        probes()
        for low in range(7):  # PostgreSQL may have gone over to a generic plan by then
            connection.send(*bound(low, low + 1))
            assert not errors(connection.ready())
        assert probes() == 7
        connection.send(*bound(0, 100_000))
        (error,) = errors(connection.ready())
        assert error["D"].startswith("SEQ_SCAN_DENIED")
        connection.send(*bound(3, 4))
        assert not errors(connection.ready())
        assert probes() == 1  # the values of before are known


def test_execute_is_asked_about_by_its_arguments(gateway):
    with gateway.connect() as connection:
        assert code_of(connection, f"PREPARE r(int, int) AS {RANGE}") is None
        assert code_of(connection, "EXECUTE r(1, 2)") is None
        (error,) = errors(connection.simple("EXECUTE r(0, 100000)"))
        assert error["D"].startswith("SEQ_SCAN_DENIED")
        assert run(connection, "EXECUTE r(0, 100000)", "extended")[-2].fields["C"] == error["C"]


@both
def test_a_value_that_does_not_fit_is_answered_by_the_server(gateway, protocol):
    with gateway.connect() as connection:
        if protocol == "simple":
            messages = connection.simple(HEAVY + "'x' AND o_custkey = 1/0")
        else:
            connection.send(wire.run(RANGE.replace("$2", "$2::int"), b"1", b"many"), wire.SYNC)
            messages = connection.ready()
        (error,) = errors(messages)
        assert error["C"] == ("22012" if protocol == "simple" else "22P02")
        assert statuses(messages) == "I" and "_postern" not in str(error)
        assert code_of(connection, "SELECT 1") is None


def test_an_error_is_placed_in_the_clients_text(gateway, server):
    sql = "SELECT 1; SELECT count(*) FROM orders WHERE o_total = 'x'"
    with gateway.connect() as connection, psycopg.connect(
            host=str(server.folder), port=server.port, user="postgres", dbname=gateway.parameters()["dbname"],
            autocommit=True) as direct:
        (error,) = errors(connection.simple(sql))
        with pytest.raises(psycopg.Error) as expected:
            direct.execute(sql)
        assert (error["C"], error["P"]) == ("22P02", expected.value.diag.statement_position)


@both
def test_a_refusal_aborts_its_transaction(gateway, protocol):
    with gateway.connect() as connection:
        connection.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert not errors(run(connection, HEAVY + "'a'", protocol))
        messages = run(connection, TOO_COSTLY, protocol)
        assert errors(messages)[0]["C"] == "54000" and statuses(messages) == "E"
        assert code_of(connection, HEAVY + "'b'") == "25P02"
        assert statuses(connection.simple("ROLLBACK")) == "I"
        assert not errors(run(connection, HEAVY + "'a'", protocol))


def test_a_transaction_may_be_set_up_before_its_first_plan(gateway):
    with gateway.connect() as connection:
        for statement in ("BEGIN", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY",
                          HEAVY + "'first'", "COMMIT"):
            assert code_of(connection, statement) is None


def test_a_pipeline_is_answered_in_order(gateway):
    with gateway.psycopg(autocommit=True) as connection:
        with connection.pipeline():
            first = connection.execute(HEAVY + "%s", ["part 1"])
            second = connection.execute(POINT + "%s", [7])
        assert first.fetchone() and second.fetchone()[0] == 7
        with pytest.raises(psycopg.errors.ProgramLimitExceeded), connection.pipeline():
            connection.execute(POINT + "%s", [8])
            connection.execute(TOO_COSTLY + " WHERE a.p_name = %s", ["x"])
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_each_statement_of_a_query_is_asked_about(gateway, probes):
    with gateway.connect() as connection:
        messages = connection.simple(f"BEGIN; {HEAVY}'b1'; {POINT}3; {HEAVY}'b2'; COMMIT")
        assert not errors(messages) and statuses(messages) == "I"
        assert probes() == 2
        messages = connection.simple(f"BEGIN; {HEAVY}'b1'; {TOO_COSTLY}; COMMIT")
        assert kinds(messages) == "EZ" and statuses(messages) == "I"
        connection.simple("BEGIN")
        (error,) = errors(connection.simple(f"COMMIT; {HEAVY}'b3'"))
        assert error["C"] == "54000" and "one by one" in error["H"]


@both
def test_cursors_and_copies_are_asked_about(gateway, protocol):
    with gateway.connect() as connection:
        connection.simple("BEGIN")
        assert not errors(run(connection, f"DECLARE c CURSOR FOR {HEAVY}'c'", protocol))
        assert not errors(run(connection, "FETCH 1 FROM c", protocol))
        (error,) = errors(run(connection, f"COPY ({LARGE_SCAN}) TO STDOUT", protocol))
        assert error["D"].startswith("SEQ_SCAN_DENIED")
        connection.simple("ROLLBACK")


def test_plans_are_believed_for_their_time(server, probes):
    with running(server.port, policy(cache_ttl_seconds="1s")) as gateway, gateway.connect() as connection:
        probes()
        assert code_of(connection, HEAVY + "'ttl'") is None
        assert code_of(connection, HEAVY + "'ttl'") is None
        assert probes() == 1
        eventually(lambda: code_of(connection, HEAVY + "'ttl'") is None and probes() == 1)
        assert gateway.metric("postern_plan_cache_hits_total") >= 1


FAILS = "SELECT count(*) FROM part a JOIN orders ON a.p_partkey = o_custkey WHERE p_name = 'e' AND o_custkey = 1/0"


@pytest.mark.parametrize("on_error", ["deny", "allow"])
def test_a_statement_without_a_plan_passes_only_where_it_shall(server, on_error):
    with running(server.port, policy(on_error=on_error)) as gateway, gateway.connect() as connection:
        text = f"{FAILS} AND '{on_error}' = '{on_error}'"
        assert code_of(connection, text) == "22012"  # the server's own, either way
        connection.simple("BEGIN")
        messages = connection.simple(text)
        assert errors(messages)[0]["C"] == "22012" and statuses(messages) == "E"
        connection.simple("ROLLBACK")
        events = [one["event_type"] for one in audit.decisions(gateway, text)]
    first = "query_allowed" if on_error == "allow" else "query_denied"
    assert events == [first, "query_denied"]
    assert (f"statement: {text}" in server.log_text()) == (on_error == "allow")


def test_what_is_only_warned_of_passes_and_is_told(server):
    with running(server.port, policy(on_cost_exceeded="warn")) as gateway, gateway.connect() as connection:
        for protocol in ("simple", "extended"):
            sql = f"SELECT count(*) FROM part a, part b WHERE '{protocol}' <> 'x' AND a.p_name < b.p_name || 'w'"
            assert not errors(run(connection, sql, protocol))
            told = [one["policy_checks"]["explain_check"] for one in audit.decisions(gateway, sql)]
            assert told[-1] == "warned", told


def prepared(connection, sql, protocol):
    """Calling it runs `sql`, which the server knows already in the extended protocol: no Parse waits
    for a lock."""
    if protocol == "simple":
        return lambda: connection.simple(sql)
    connection.send(wire.parse(sql, name="p"), wire.SYNC)
    connection.ready()

    def bound():
        connection.send(wire.bind(name="p"), wire.execute(), wire.SYNC)
        return connection.ready()
    return bound


@both
def test_a_probe_that_waits_too_long_is_given_up(gateway, server, protocol):
    with server.admin() as admin, gateway.connect() as connection:
        statement = prepared(connection, HEAVY + f"'locked {protocol}'", protocol)
        admin.autocommit = False
        admin.execute("LOCK TABLE part IN ACCESS EXCLUSIVE MODE")
        (error,) = errors(statement())
        assert error["C"] == "54000" and "could not be planned within 1000 ms" in error["M"]
        admin.rollback()
        assert not errors(statement())


@both
def test_a_client_may_cancel_what_is_being_planned(server, protocol):
    with running(server.port, policy(timeout_seconds="60s")) as gateway, server.admin() as admin, \
            server.admin() as watcher, gateway.connect() as connection:
        statement = prepared(connection, HEAVY + f"'cancel {protocol}'", protocol)
        admin.autocommit = False
        admin.execute("LOCK TABLE part IN ACCESS EXCLUSIVE MODE")
        answers = []
        client = threading.Thread(target=lambda: answers.extend(statement()))
        client.start()
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '/* postern%'"
        eventually(lambda: watcher.execute(waits).fetchone())
        send_cancel(gateway.port, connection.key)
        client.join(timeout=10)
        assert errors(answers)[0]["C"] == "57014"
        admin.rollback()
        assert code_of(connection, "SELECT 1") is None
