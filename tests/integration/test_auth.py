# SPDX-License-Identifier: Apache-2.0
"""Users that are in no file: looked up in a database, and what a stranger learns of it."""

import base64
import contextlib
import struct
import threading

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.faulty_proxy import FaultyProxy
from harness.waiting import eventually
from harness.wire import PROTOCOL_3_0, Scram, ServerError, Wire, message, startup, text

LOOKUP = """
    CREATE ROLE looker LOGIN PASSWORD 'looker-password';
    CREATE SCHEMA lookup;
    CREATE TABLE lookup.settings_seen (search_path text, application text, who text);
    CREATE FUNCTION lookup.one(name text, OUT rolname text, OUT verifier text)
      LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        INSERT INTO lookup.settings_seen
          VALUES (current_setting('search_path'), current_setting('application_name'), session_user);
        SELECT a.rolname, CASE WHEN a.rolvaliduntil < now() THEN NULL ELSE a.rolpassword END
          INTO rolname, verifier FROM pg_authid a WHERE a.rolname = $1 AND a.rolcanlogin;
      END $$;
    GRANT USAGE ON SCHEMA lookup TO looker;
    GRANT EXECUTE ON FUNCTION lookup.one TO looker;
    ALTER ROLE looker SET search_path = public, pg_catalog;
    CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '-infinity'::timestamptz $$;
"""
USERS = """
    CREATE ROLE ida LOGIN PASSWORD 'ida-password';
    CREATE ROLE postern LOGIN PASSWORD 'p';
    CREATE ROLE forever LOGIN PASSWORD 'p' VALID UNTIL 'infinity';
    CREATE ROLE later LOGIN PASSWORD 'p' VALID UNTIL '2100-01-01';
    CREATE ROLE expired LOGIN PASSWORD 'p' VALID UNTIL '2020-01-01';
    CREATE ROLE no_login PASSWORD 'p';
    CREATE ROLE no_password LOGIN;
    CREATE ROLE "Weird; name'""" + '"" \\' + """" LOGIN PASSWORD 'p';
    SET password_encryption = 'md5';
    CREATE ROLE old LOGIN PASSWORD 'p';
"""
WEIRD = "Weird; name'\" \\"
OWN_QUERY = {"database": DATABASE, "query": "SELECT * FROM lookup.one($1)", "user": "looker",
             "password": "looker-password"}
AS_SUPERUSER = {"database": DATABASE, "user": "postgres"}


@pytest.fixture(scope="module", autouse=True)
def users(cluster):
    with cluster.admin() as connection:
        connection.execute(LOOKUP)
        connection.execute(USERS)


def asking(gateways, auth_query, **more):
    return gateways(auth_query=auth_query, **more)


@pytest.fixture(scope="module")
def superuser(cluster):
    with cluster.admin() as connection:
        connection.execute("ALTER ROLE postgres PASSWORD 'super-password'")
    return AS_SUPERUSER | {"password": "super-password"}


def refusal(target, user, password):
    with pytest.raises(ServerError) as failure:
        target.connect(user=user, password=password)
    return failure.value.fields


def works(target, user, password):
    with target.connect(user=user, password=password) as connection:
        return connection.rows("SELECT 1") == [["1"]]


def server_first(target, user):
    with Wire(target.port) as connection:
        connection.send(startup(user=user, database=DATABASE))
        assert connection.read().body == struct.pack("!I", 10) + b"SCRAM-SHA-256\0\0"
        first = Scram("x").first()
        connection.send(message(b"p", text("SCRAM-SHA-256") + struct.pack("!i", len(first)) + first))
        reply = connection.read()
        parts = dict(part.split("=", 1) for part in reply.body[4:].decode().split(","))
        return len(base64.b64decode(parts["s"])), parts["i"]


def test_the_default_query_admits_whom_postgresql_would(gateways, superuser):
    gateway = asking(gateways, superuser)
    assert works(gateway, "ida", "ida-password")
    assert works(gateway, "forever", "p") and works(gateway, "later", "p")
    assert works(gateway, WEIRD, "p")
    assert works(gateway, USER, PASSWORD), "of the file"
    wrong = refusal(gateway, "ida", "wrong")
    assert wrong["C"] == "28P01"
    for user in ("postern", "expired", "no_login", "no_password", "old", "nobody_here", "caf\xe9", "x" * 80):
        assert refusal(gateway, user, "p")["C"] == "28P01", user
        assert server_first(gateway, user) == server_first(gateway, "ida"), user
    eventually(lambda: "md5" in gateway.log_text(), what="the log's line")
    assert "super-password" not in gateway.log_text()


def test_a_name_that_is_not_text_is_nobodys(gateways, superuser):
    gateway = asking(gateways, superuser)
    with Wire(gateway.port) as connection:
        connection.send(startup(user=b"\xff\xfe", database=DATABASE))
        assert connection.read().body[:4] == struct.pack("!I", 10)
    assert works(gateway, "ida", "ida-password")


def test_the_look_up_has_settings_of_its_own(gateways, admin):
    """Neither the client's nor the role's; public.now() would let the expired one in."""
    gateway = asking(gateways, OWN_QUERY)
    admin.execute("TRUNCATE lookup.settings_seen")
    with contextlib.suppress(ServerError):
        gateway.connect(user="ida", password="ida-password", parameters={
            "search_path": "public", "application_name": "evil",
            "options": "-c search_path=public"}).close()
    assert refusal(gateway, "expired", "p")["C"] == "28P01"
    seen = admin.execute("SELECT DISTINCT * FROM lookup.settings_seen").fetchall()
    assert seen == [("pg_catalog", "postern auth_query", "looker")]


def test_a_changed_password_holds_for_the_next_login(gateways, superuser, admin):
    gateway = asking(gateways, superuser)
    with gateway.connect(user="ida", password="ida-password") as living:
        admin.execute("ALTER ROLE ida PASSWORD 'newer'")
        try:
            assert refusal(gateway, "ida", "ida-password")["C"] == "28P01"
            assert works(gateway, "ida", "newer")
            assert living.rows("SELECT 1") == [["1"]], "a session that lives goes on"
        finally:
            admin.execute("ALTER ROLE ida PASSWORD 'ida-password'")


def test_a_kept_answer_serves_until_a_proof_fails(gateways, admin):
    gateway = asking(gateways, OWN_QUERY | {"cache_ttl": "60s"})

    def asked():
        return admin.execute("SELECT count(*) FROM lookup.settings_seen").fetchone()[0]
    assert works(gateway, "ida", "ida-password")
    before = asked()
    assert works(gateway, "ida", "ida-password") and asked() == before
    admin.execute("ALTER ROLE ida PASSWORD 'newer'")
    try:
        assert refusal(gateway, "ida", "newer")["C"] == "28P01"
        assert works(gateway, "ida", "newer"), "asked anew behind the failed proof"
        assert asked() == before + 1
    finally:
        admin.execute("ALTER ROLE ida PASSWORD 'ida-password'")


def test_wrong_passwords_open_no_connection(gateways, cluster, superuser):
    with FaultyProxy(cluster.port) as proxy:
        gateway = asking(gateways, superuser, server_port=proxy.port)
        assert works(gateway, "ida", "ida-password")
        before = proxy.accepted
        for user in ("ida", "nobody_here", "expired", "old") * 3:
            refusal(gateway, user, "wrong")
        assert proxy.accepted <= before + 1, "more than the pool may open by itself"


@pytest.mark.parametrize("query, why", [
    ("SELECT nothing FROM no_such_table WHERE $1 = 'x'", "no_such_table"),
    ("SELECT rolname, rolpassword FROM pg_authid WHERE $1 <> ''", "several rows"),
    ("SELECT rolname FROM pg_authid WHERE rolname = $1", "1 columns"),
    ("SELECT 'other', rolpassword FROM pg_authid WHERE rolname = $1", "another user"),
    ("SELECT $1; SELECT 2", "multiple commands"),
])
def test_a_wrong_query_lets_nobody_in(gateways, superuser, query, why):
    gateway = asking(gateways, superuser | {"query": query})
    answer = refusal(gateway, "ida", "ida-password")
    assert (answer["S"], answer["C"]) == ("FATAL", "28000")
    assert why not in answer["M"] and "log" in answer["M"]
    eventually(lambda: why in gateway.log_text() and "auth_query" in gateway.log_text(), what=why)
    assert works(gateway, USER, PASSWORD), "of the file"


def test_clear_text_passwords_and_null_rows_are_nobodys(gateways, superuser):
    for query in ("SELECT $1, 'p'", "SELECT NULL, NULL WHERE $1 <> ''", "SELECT $1, ''"):
        gateway = asking(gateways, superuser | {"query": query})
        assert refusal(gateway, "ida", "p")["C"] == "28P01", query


def test_a_server_that_is_away_refuses_and_comes_back(gateways, cluster, superuser):
    with FaultyProxy(cluster.port) as proxy:
        gateway = asking(gateways, superuser, server_port=proxy.port,
                         database={"connect_timeout": "1s"})
        assert works(gateway, "ida", "ida-password")
        proxy.cut()
        assert works(gateway, "ida", "ida-password"), "a lost connection is made anew"
        proxy.greeting = b""
        proxy.cut()
        answers = []

        def log_in():
            with contextlib.suppress(AssertionError):
                answers.append(refusal(gateway, "ida", "ida-password")["C"])
        waiting = [threading.Thread(target=log_in) for _ in range(5)]
        for each in waiting:
            each.start()
        for each in waiting:
            each.join()
        assert answers == ["08006"] * 5
        proxy.greeting = None
        proxy.cut()
        eventually(lambda: attempt(gateway), what="logins once the server is back")
    eventually(lambda: "auth_query failed" in gateway.log_text())


def attempt(gateway):
    try:
        return works(gateway, "ida", "ida-password")
    except ServerError as failure:
        assert failure.sqlstate == "08006"
        return False


def test_a_query_that_does_not_end_is_cut_off(gateways, superuser):
    """While it runs, users of the file are served."""
    slow = "SELECT rolname, pg_sleep(60)::text FROM pg_authid WHERE rolname = $1"
    gateway = asking(gateways, superuser | {"query": slow})
    with Wire(gateway.port) as waiting:
        waiting.send(startup(user="ida", database=DATABASE))
        assert works(gateway, USER, PASSWORD)
        assert wire.errors(waiting.rest())[0]["C"] == "08006"


def test_the_protocol_is_negotiated_once_and_packets_may_come_in_bytes(gateways, superuser):
    gateway = asking(gateways, superuser)
    with Wire(gateway.port, step=1) as connection:
        connection.send(startup(PROTOCOL_3_0 + 9999, user="ida", database=DATABASE))
        kinds = connection.read().kind + connection.read().kind
        assert kinds == "vR"
    with gateway.connect(user="ida", password="ida-password", step=1) as connection:
        assert connection.rows("SELECT 1") == [["1"]]


def test_what_comes_during_a_look_up_waits(gateways, superuser):
    """A start-up packet behind the first one is no answer to SASL."""
    gateway = asking(gateways, superuser)
    first = Scram("x").first()
    initial = message(b"p", text("SCRAM-SHA-256") + struct.pack("!i", len(first)) + first)
    with Wire(gateway.port) as connection:
        connection.send(startup(user="ida", database=DATABASE) + initial)
        assert [connection.read().kind, connection.read().kind] == ["R", "R"]
    with Wire(gateway.port) as connection:
        connection.send(startup(user="ida", database=DATABASE) * 2)
        answer = connection.rest()
        assert wire.kinds(answer) == "RE" and wire.errors(answer)[0]["C"] == "08P01"


def test_a_client_that_leaves_during_a_look_up_is_forgotten(gateways, superuser):
    slow = "SELECT rolname, rolpassword || pg_sleep(0.3)::text FROM pg_authid WHERE rolname = $1"
    gateway = asking(gateways, superuser | {"query": slow})
    for _ in range(3):
        with Wire(gateway.port) as connection:
            connection.send(startup(user="ida", database=DATABASE))
    assert works(gateway, "ida", "ida-password")
    eventually(lambda: gateway.metric("postern_clients") == 0, what="no clients")
