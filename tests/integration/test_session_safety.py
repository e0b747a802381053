# SPDX-License-Identifier: Apache-2.0
"""What a client may not set, however it asks, and that nothing it did reaches the next one on the same
server."""

import pytest

from conftest import running
from harness import wire
from harness.waiting import eventually

SETUP = """
    CREATE SCHEMA IF NOT EXISTS hidden;
    CREATE TABLE IF NOT EXISTS hidden.accounts (canary text);
    TRUNCATE hidden.accounts; INSERT INTO hidden.accounts VALUES ('CANARY');
    GRANT ALL ON SCHEMA hidden TO tester, reader; GRANT ALL ON hidden.accounts TO tester, reader;
    CREATE OR REPLACE FUNCTION public.sneak(name text, value text) RETURNS text LANGUAGE plpgsql
      AS $$ BEGIN RETURN set_config(name, value, false); END $$;
    CREATE OR REPLACE FUNCTION public.become(name text) RETURNS void LANGUAGE plpgsql
      AS $$ BEGIN EXECUTE format('SET ROLE %I', name); END $$;
"""
POLICY = {"allowed_schemas": ["public"], "tables": {"denied": ["public.transfers"]},
          "functions": {"allowed": ["public.sneak(text, text)", "public.become(text)"]}}
# A value each that would change what statements mean, what may be done, or who does it.
SETTINGS = {
    "search_path": "hidden", "role": "reader", "session_authorization": "reader", "client_encoding": "LATIN1",
    "standard_conforming_strings": "off", "backslash_quote": "on", "escape_string_warning": "off",
    "default_transaction_read_only": "off", "transaction_read_only": "off", "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0", "row_security": "off", "session_replication_role": "replica",
    "work_mem": "1GB", "temp_file_limit": "-1", "max_parallel_workers_per_gather": "64",
    "local_preload_libraries": "x", "dynamic_library_path": "/tmp", "default_tablespace": "pg_default",
    "temp_tablespaces": "pg_default", "check_function_bodies": "off", "log_statement": "none",
    "transform_null_equals": "on", "quote_all_identifiers": "on", "xmlbinary": "hex", "app.tenant": "2",
    "lo_compat_privileges": "on", "plpgsql.variable_conflict": "use_column", "zero_damaged_pages": "on",
}
# How it is asked for: %n the name, %v the value.
WAYS = {
    "SET": "SET %n = '%v'", "SET TO": "SET %n TO '%v'", "SET SESSION": "SET SESSION %n = '%v'",
    "SET LOCAL": "BEGIN; SET LOCAL %n = '%v'; COMMIT", "quoted": "SET \"%n\" = '%v'",
    "upper case": "SET %N = '%v'", "with a comment": "SET/**/%n/**/TO/**/'%v'",
    "behind another": "SELECT 1; SET %n = '%v'", "set_config": "SELECT set_config('%n', '%v', false)",
    "qualified": "SELECT pg_catalog.set_config('%n', '%v', true)",
    "nested": "SELECT length(upper(set_config('%n', '%v', false)))",
    "in a subquery": "SELECT 1 WHERE (SELECT set_config('%n', '%v', false)) IS NOT NULL",
    "in a CTE": "WITH c AS MATERIALIZED (SELECT set_config('%n', '%v', false) AS s) SELECT s FROM c",
    "in FROM": "SELECT * FROM set_config('%n', '%v', false)",
    "in a row": "SELECT * FROM accounts WHERE id = 1 AND set_config('%n', '%v', false) = owner",
    "name computed": "SELECT set_config('%n' || '', '%v', false)",
    "value computed": "SELECT set_config('%n', (SELECT '%v'), false)",
    "named arguments": "SELECT set_config(is_local => false, new_value => '%v', setting_name => '%n')",
    "from VALUES": "SELECT set_config(n, v, false) FROM (VALUES ('%n', '%v')) x(n, v)",
    "prepared": "PREPARE p AS SELECT set_config('%n', '%v', false)",
    "with parameters": "PREPARE p AS SELECT set_config($1, $2, false)",
    "in a cursor": "BEGIN; DECLARE c CURSOR FOR SELECT set_config('%n', '%v', false)",
    "in COPY": "COPY (SELECT set_config('%n', '%v', false)) TO STDOUT",
    "in DO": "DO $$ BEGIN SET %n = '%v'; END $$",
    "in EXPLAIN": "EXPLAIN ANALYZE SELECT set_config('%n', '%v', false)",
    "of a function": "ALTER FUNCTION sneak(text, text) SET %n = '%v'",
    "of a role": "ALTER ROLE tester SET %n = '%v'", "of a database": "ALTER DATABASE app SET %n = '%v'",
    "of the system": "ALTER SYSTEM SET %n = '%v'",
    "as a table": "UPDATE pg_settings SET setting = '%v' WHERE name = '%n'",
}
SPECIAL = ["SET ROLE reader", "SET LOCAL ROLE reader", "SET ROLE NONE", "RESET ROLE",
           "SET SESSION ROLE 'reader'", "SET SESSION AUTHORIZATION reader", "RESET SESSION AUTHORIZATION", "SET SCHEMA 'hidden'",
           "SET NAMES 'LATIN1'", "SET search_path FROM CURRENT", "SET search_path = hidden, public",
           "SET search_path = \"$user\", hidden", "SET TRANSACTION READ WRITE", "BEGIN READ WRITE",
           "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET search_path TO pg_temp, public",
           "START TRANSACTION READ WRITE", "SET TRANSACTION SNAPSHOT '00000003-0000001B-1'"]
SHOWN = "SELECT current_user, session_user, " + ", ".join(
    f"current_setting('{name}')" for name in
    ("search_path", "default_transaction_read_only", "statement_timeout", "client_encoding",
     "standard_conforming_strings"))


@pytest.fixture(scope="module", autouse=True)
def functions(cluster):
    with cluster.admin() as admin:
        admin.execute(SETUP)


@pytest.fixture(scope="module")
def guarded(cluster):
    with running(cluster.port, {"mode": "read_only", "statement_timeout": "20s", "access_policy": POLICY,
                                "max_pool_size": 1}) as gateway:
        yield gateway


def said(text, name):
    value = SETTINGS[name]
    return text.replace("%N", name.upper()).replace("%n", name).replace("%v", value)


def refused(connection, sql, protocol):
    connection.send(wire.query(sql) if protocol == "simple" else wire.run(sql) + wire.SYNC)
    messages = connection.ready()
    (error, *_) = wire.errors(messages) or [None]
    if wire.statuses(messages)[-1] != "I":
        connection.simple("ROLLBACK")
    multiple = protocol == "extended" and ";" in sql.replace("; END", "")
    return error is not None and error["C"] in ("42501", "42601" if multiple else "42501")


@pytest.mark.parametrize("protocol", ["simple", "extended"])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_to_set_what_may_not_be_set(guarded, way, protocol):
    with guarded.connect() as connection:
        before = connection.rows(SHOWN)
        passed = [name for name in SETTINGS if not refused(connection, said(WAYS[way], name), protocol)]
        assert passed == []
        assert connection.rows(SHOWN) == before


@pytest.mark.parametrize("protocol", ["simple", "extended"])
def test_no_special_word_for_it(guarded, protocol):
    with guarded.connect() as connection:
        before = connection.rows(SHOWN)
        assert [sql for sql in SPECIAL if not refused(connection, sql, protocol)] == []
        assert connection.rows(SHOWN) == before


@pytest.mark.parametrize("name", SETTINGS)
def test_not_as_a_parameter(guarded, name):
    """Of set_config in the extended protocol: the text is judged, whatever the values are."""
    with guarded.connect() as connection:
        for sql in ("SELECT set_config($1, $2, false)", f"SELECT set_config('{name}', $1, false)"):
            values = (name, SETTINGS[name]) if "$2" in sql else (SETTINGS[name],)
            connection.send(wire.run(sql, *values), wire.SYNC)
            assert wire.errors(connection.ready())[0]["C"] == "42501"


@pytest.mark.parametrize("how", ["parameter", "-c", "--"])
def test_not_in_the_start_up_packet(guarded, how):
    passed = []
    for name, value in SETTINGS.items():
        spelled = name.replace("_", "-") if how == "--" else name
        option = f"-c {spelled}={value}" if how == "-c" else f"--{spelled}={value}"
        parameters = {name: value} if how == "parameter" else {"options": option}
        try:
            guarded.connect(parameters=parameters).close()
            passed.append(name)
        except wire.ServerError as error:
            assert error.fields["S"] == "FATAL" and error.sqlstate == "42501", error.fields
            assert error.fields["D"].startswith("ACCESS_DENIED: ") and "rule: " in error.fields["D"]
    assert passed == []


@pytest.mark.parametrize("name", ["search_path", "default_transaction_read_only", "statement_timeout",
                                  "client_encoding", "standard_conforming_strings"])
@pytest.mark.parametrize("how", ["RESET %n", "SET %n = DEFAULT", "SET %n TO DEFAULT", "RESET ALL",
                                 "DISCARD ALL", "BEGIN; SET LOCAL %n = DEFAULT; COMMIT"])
def test_a_reset_brings_back_what_is_pinned(guarded, name, how):
    with guarded.connect() as connection:
        before = connection.rows(SHOWN)
        connection.simple(how.replace("%n", name))
        assert connection.rows(SHOWN) == before


@pytest.fixture
def single(gateways):
    """Everything is allowed, and there is one server."""
    return gateways({"mode": "permissive", "max_pool_size": 1, "statement_timeout": "20s",
                     "gucs": {"allowed": ["app.tenant", "work_mem"]}})


# What one client does, and what the next asks: the answer is as if the first had never been there.
LASTING = {
    "a setting": ("SET DateStyle = 'German'", "SHOW DateStyle"),
    "a local setting": ("BEGIN; SET LOCAL TimeZone = 'Asia/Tokyo'", "SHOW TimeZone"),
    "set_config": ("SELECT set_config('TimeZone', 'Asia/Tokyo', false)", "SHOW TimeZone"),
    "a setting that the operator allows": ("SET work_mem = '7MB'", "SHOW work_mem"),
    "a custom setting": ("SET app.tenant = '7'",
                         "SELECT coalesce(nullif(current_setting('app.tenant', true), ''), '-')"),
    "statement_timeout": ("SET statement_timeout = '3s'", "SHOW statement_timeout"),
    "application_name": ("SET application_name = 'mine'", "SHOW application_name"),
    "transaction defaults": ("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                             "SHOW default_transaction_isolation"),
    "a temporary table": ("CREATE TEMP TABLE accounts (mine int)",
                          "SELECT count(*) FROM accounts WHERE id > 0"),
    "a temporary view": ("CREATE TEMP VIEW scratch AS SELECT 1",
                         "SELECT count(*) FROM pg_class WHERE relname = 'scratch'"),
    "a temporary function": ("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                             "SELECT count(*) FROM pg_proc WHERE proname = 'f'"),
    "a prepared statement": ("PREPARE p AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements"),
    "a cursor": ("DECLARE c CURSOR WITH HOLD FOR SELECT 1",
                 "SELECT count(*) FROM pg_cursors WHERE name = 'c'"),
    "an advisory lock": ("SELECT pg_advisory_lock(7)",
                         "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
    "a shared advisory lock": ("SELECT pg_advisory_lock_shared(7, 8)",
                               "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
    "LISTEN": ("LISTEN news", "SELECT count(*) FROM pg_listening_channels()"),
    "the state of a sequence": ("SELECT nextval('transfers_id_seq')", "SELECT currval('transfers_id_seq')"),
    "the last value": ("SELECT nextval('transfers_id_seq')", "SELECT lastval()"),
    "a search_path by a function": ("SELECT sneak('search_path', 'hidden')", "SHOW search_path"),
    "a search_path, and what it finds": ("SELECT sneak('search_path', 'hidden')",
                                         "SELECT count(*) FROM accounts"),
    "a role by a function": ("SELECT become('reader')", "SELECT current_user, current_setting('role')"),
    "a role by set_config": ("SELECT sneak('role', 'reader')",
                             "SELECT current_user, current_setting('role')"),
    "a timeout by a function": ("SELECT sneak('statement_timeout', '0')", "SHOW statement_timeout"),
    "a lock by a function": ("SELECT sneak('lock_timeout', '1')", "SHOW lock_timeout"),
    "an open transaction": ("BEGIN; UPDATE accounts SET balance = 7 WHERE id = 1",
                            "SELECT balance FROM accounts WHERE id = 1"),
    "a failed transaction": ("BEGIN; SELECT 1/0", "SELECT 1"),
    "an open COPY": ("COPY scratch FROM STDIN", "SELECT count(*) FROM scratch"),
}
ASK_PID = "SELECT pg_backend_pid()"


def answer(target, sql):
    with target.connect() as connection:
        messages = connection.simple(sql)
        connection.send(wire.TERMINATE)
    return [(got.kind, got.fields["C"] if got.kind == "E" else got.columns if got.kind == "D" else "")
            for got in messages]


def leave(connection):
    connection.send(wire.TERMINATE)
    connection.rest()


@pytest.mark.parametrize("what", LASTING)
def test_nothing_survives_into_the_session_of_another(single, what):
    act, ask = LASTING[what]
    wanted = answer(single, ask)
    with single.connect() as connection:
        connection.send(wire.query(act))
        assert not wire.errors(connection.read_until("ZG")) or "failed" in what
        leave(connection)
    assert answer(single, ask) == wanted


def test_the_next_client_gets_the_same_server(single):
    """Else the test above would show nothing of a reset."""
    pids = set()
    for act, _ in LASTING.values():
        if act.startswith(("BEGIN", "COPY")):
            continue
        with single.connect() as connection:
            pids.add(tuple(connection.rows(ASK_PID)[0]))
            connection.simple(act)
            leave(connection)
    assert len(pids) == 1


def test_a_seed_does_not_survive(single):
    """Who knows the seed knows what random() says to the next client."""
    with single.connect() as connection:
        connection.simple("SELECT setseed(0.5)")
        foretold = connection.rows("SELECT random() FROM generate_series(1, 3)")
        connection.simple("SELECT setseed(0.5)")
        pid = connection.rows(ASK_PID)
        leave(connection)
    with single.connect() as connection:
        assert connection.rows("SELECT random() FROM generate_series(1, 3)") != foretold
        assert connection.rows(ASK_PID) == pid


def test_names_of_the_extended_protocol_do_not_survive(single):
    with single.connect() as connection:
        connection.send(wire.parse("SELECT 'mine'", name="s"), wire.SYNC)
        connection.ready()
        leave(connection)
    with single.connect() as connection:
        connection.send(wire.bind(name="s"), wire.execute(), wire.SYNC)
        assert [error["C"] for error in wire.errors(connection.ready())] == ["26000"]


def test_notifications_for_one_client_do_not_reach_the_next(single, admin):
    with single.connect() as connection:
        connection.simple("LISTEN news")
        leave(connection)
    with single.connect() as connection:
        connection.rows("SELECT 1")
        admin.execute("NOTIFY news, 'not for you'")
        assert wire.kinds(connection.simple("SELECT 2")) == "TDCZ"


def test_notifications_follow_transactions(cluster):
    """LISTEN counts from its commit, and a NOTIFY that is rolled back is none."""
    with running(cluster.port) as gateway, gateway.connect() as listener, gateway.connect() as speaker:
        listener.simple("BEGIN; LISTEN news")
        speaker.simple("NOTIFY news, 'too early'")
        listener.simple("COMMIT")
        speaker.simple("BEGIN; NOTIFY news, 'never'; ROLLBACK")
        speaker.simple("NOTIFY other, 'elsewhere'; NOTIFY news, 'heard'")
        message = listener.read()
        assert message.kind == "A" and message.body[4:] == b"news\0heard\0"


def test_settings_of_the_start_up_packet_do_not_survive(single):
    parameters = {"DateStyle": "German", "options": "-c TimeZone=Asia/Tokyo -c app.tenant=7"}
    with single.connect(parameters=parameters) as connection:
        assert connection.rows("SELECT current_setting('app.tenant'), current_setting('TimeZone')") == [
            ["7", "Asia/Tokyo"]]
        leave(connection)
    with single.connect() as connection:
        assert connection.rows("SHOW TimeZone") != [["Asia/Tokyo"]]
        assert connection.rows("SHOW DateStyle") == [["ISO, MDY"]]
        assert connection.rows("SELECT nullif(current_setting('app.tenant', true), '')") == [[None]]


def test_a_pinned_role_is_the_next_clients_too(gateways):
    gateway = gateways({"mode": "permissive", "max_pool_size": 1, "readonly_role": "reader"})
    for act in ("SELECT sneak('role', 'tester')", "SELECT become('tester')", "SELECT sneak('role', 'none')"):
        with gateway.connect() as connection:
            assert connection.rows("SELECT current_user, session_user") == [["reader", "tester"]]
            connection.simple(act)
            leave(connection)
    with gateway.connect() as connection:
        assert connection.rows("SELECT current_user, session_user") == [["reader", "tester"]]


def test_a_server_whose_role_is_in_doubt_is_closed(gateways, admin):
    """The role that it runs as is no more what it is pinned to: no client gets it again."""
    admin.execute("CREATE ROLE pinned NOLOGIN; GRANT pinned TO tester; GRANT reader TO pinned")
    try:
        gateway = gateways({"mode": "permissive", "max_pool_size": 1, "readonly_role": "pinned"})
        with gateway.connect() as connection:
            pid = connection.rows(ASK_PID)
            admin.execute("ALTER ROLE pinned RENAME TO renamed")
            assert connection.rows("SELECT current_user") == [["renamed"]]
            leave(connection)
        eventually(lambda: not admin.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s",
                                             [int(pid[0][0])]).fetchall(), what="the end of that server")
        admin.execute("ALTER ROLE renamed RENAME TO pinned")
        with gateway.connect() as connection:
            assert connection.rows("SELECT current_user") == [["pinned"]]
            assert connection.rows(ASK_PID) != pid
    finally:
        admin.execute("DROP ROLE IF EXISTS renamed; DROP ROLE IF EXISTS pinned")


@pytest.mark.parametrize("name, value", [("default_transaction_read_only", "off"),
                                         ("client_encoding", "LATIN1"), ("standard_conforming_strings", "off")])
def test_a_pin_that_a_function_changes_ends_the_session(gateways, name, value):
    """The server reports these: what the function did is seen at once, and that server is not used again."""
    gateway = gateways({"mode": "balanced", "max_pool_size": 1, "access_policy": POLICY} |
                       ({"mode": "read_only"} if name.startswith("default") else {}))
    with gateway.connect() as connection:
        pid = connection.rows(ASK_PID)
        connection.send(wire.query(f"SELECT sneak('{name}', '{value}')"))
        messages = connection.rest()
        assert wire.errors(messages)[-1]["S"] == "FATAL"
    with gateway.connect() as connection:
        assert connection.rows(ASK_PID) != pid
        assert connection.rows(f"SHOW {name}") != [[value]]
