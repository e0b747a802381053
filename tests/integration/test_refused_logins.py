# SPDX-License-Identifier: Apache-2.0
"""What the audit says of logins that were refused, and that it says nothing of scans and probes."""

import contextlib
import itertools
import signal
import struct

import psycopg
import pytest

from conftest import running
from harness import tls, wire
from harness.certificates import Authority, listen_tls
from harness.cluster import DATABASE, PASSWORD, USER
from harness.faulty_proxy import FaultyProxy
from harness.waiting import eventually
from harness.wire import Wire, message, startup, text

names = (f"nobody_{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def gateway(cluster, authority):
    """127.0.0.1 is taken for a load balancer, so that nobody is trusted."""
    pair = authority.issue("gateway", "gateway", "DNS:localhost")
    users = [{"name": USER, "password": PASSWORD}, {"name": "trusted", "auth": "trust"},
             {"name": "clear", "auth": "password", "password": "clear-password"}]
    listen = {"client_login_timeout": "1s",
              "tls": listen_tls("allow", pair, client_ca=str(authority.certificate))}
    with running(cluster.port, {"limits": {"max_user_client_connections": 1}}, users=users,
                 listen=listen) as gateway:
        yield gateway


def refusals(gateway):
    """Since the last call: user, status and detail of each."""
    wrong = next(names)
    with pytest.raises(wire.ServerError):
        gateway.connect(user=wrong, password="x")

    def all_of_them():
        found = [record for record in gateway.audit()
                 if record["event_type"] == "authentication_failed"]
        return found and found[-1]["principal"]["user"] == wrong and found
    found = eventually(all_of_them, what=f"the record of {wrong}")[:-1]
    last = [at for at, record in enumerate(found)
            if record["principal"]["user"].startswith("nobody_")]
    fresh = found[last[-1] + 1:] if last else found
    assert all(record["client_info"]["ip"] == "127.0.0.1" and record["client_info"]["port"] > 0
               for record in fresh)
    return [(record["principal"]["user"], record["result"]["status"], record["result"]["detail"])
            for record in fresh]


def refused(gateway, user=USER, password=PASSWORD, **more):
    with pytest.raises(wire.ServerError) as failure:
        gateway.connect(user=user, password=password, **more)
    return failure.value.fields["M"]


@pytest.mark.parametrize("change, status", [
    ({"database": "elsewhere"}, "unknown_database"),
    ({"user": "clear"}, "login_refused"),
    ({"parameters": {"replication": "true"}}, "login_refused"),
    ({"parameters": {"options": "-d 3"}}, "login_refused"),
])
def test_a_refused_login_leaves_a_record(gateway, change, status):
    refusals(gateway)
    told = refused(gateway, **change)
    assert refusals(gateway) == [(change.get("user", USER), status, told)]


@pytest.mark.parametrize("setting, rule", [("role=postgres", "never"), ("geqo=off", "gucs.allowed")])
def test_a_refused_setting_is_named_with_its_rule(gateway, setting, rule):
    refusals(gateway)
    told = refused(gateway, parameters={"options": f"-c {setting}"})
    name = setting.split("=")[0]
    assert refusals(gateway) == [(USER, "login_refused", f"{told} ({name}, rule: {rule})")]


def test_who_is_one_too_many_leaves_a_record(gateway):
    with gateway.connect():
        refusals(gateway)
        told = refused(gateway)
        assert refusals(gateway) == [(USER, "too_many_clients", told)]


def test_who_takes_too_long_leaves_a_record(gateway):
    refusals(gateway)
    with Wire(gateway.port) as slow:
        slow.send(startup(user="slow", database=DATABASE))
        assert [error["C"] for error in wire.errors(slow.rest())] == ["28000"]
    ((user, status, detail),) = refusals(gateway)
    assert (user, status) == ("slow", "login_timeout") and "timeout" in detail


def test_who_breaks_the_protocol_of_a_login_leaves_a_record(gateway):
    refusals(gateway)
    for behind in (wire.query("SELECT 1"), message(b"p", text("SCRAM-SHA-1") + struct.pack("!i", -1)),
                   b"p" + struct.pack("!I", 1 << 30)):
        with Wire(gateway.port) as rude:
            rude.send(startup(user=USER, database=DATABASE), behind)
            assert [error["C"] for error in wire.errors(rude.rest())] == ["08P01"]
    assert [each[:2] for each in refusals(gateway)] == [(USER, "client_protocol_violation")] * 3


def test_who_comes_without_tls_where_it_is_required_leaves_a_record(gateways, authority):
    gateway = gateways(listen={"tls": listen_tls("require", authority.issue("own", "gateway"))})
    told = refused(gateway)
    eventually(lambda: [record["result"] for record in gateway.audit()]
               == [{"status": "login_refused", "detail": told}])
    (record,) = gateway.audit()
    assert record["principal"]["user"] == USER and "sslmode=require" in told


def test_a_certificate_of_a_stranger_leaves_a_record_without_a_name(gateway, tmp_path):
    certificate, key = Authority(tmp_path / "stranger", "authority").issue("client", USER)
    refusals(gateway)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**gateway.parameters(), sslmode="require", sslcert=str(certificate),
                        sslkey=str(key))
    ((user, status, detail),) = refusals(gateway)
    assert (user, status) == ("", "tls_failed") and "certificate verify failed" in detail


def test_trust_from_elsewhere_leaves_a_record(gateways):
    """127.0.0.1 stands for a load balancer."""
    gateway = gateways(users=[{"name": "trusted", "auth": "trust"}],
                       listen={"proxy_protocol": {"networks": ["127.0.0.1"]}})
    local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"
    told = refused(gateway, "trusted", preface=local)
    eventually(lambda: [record["result"] for record in gateway.audit()]
               == [{"status": "login_refused", "detail": told}])


def test_a_drain_ends_logins_with_a_record(gateways):
    gateway = gateways()
    with Wire(gateway.port) as late, Wire(gateway.port) as silent:
        late.send(startup(user=USER, database=DATABASE))
        assert late.read().kind == "R"
        gateway.process.send_signal(signal.SIGTERM)
        assert [error["C"] for error in wire.errors(late.rest())] == ["57P01"]
        silent.rest()
    eventually(lambda: not gateway.alive())
    (record,) = gateway.audit()
    assert record["principal"]["user"] == USER and record["result"]["status"] == "drained"


def test_who_cannot_be_looked_up_leaves_a_record(gateways, cluster):
    with FaultyProxy(cluster.port) as proxy:
        gateway = gateways({"connect_timeout": "1s"}, server_port=proxy.port,
                           auth_query={"database": DATABASE, "user": "postgres"})
        proxy.greeting = b""
        proxy.cut()
        told = refused(gateway, "somebody")
        (record,) = eventually(gateway.audit)
    assert record["principal"]["user"] == "somebody"
    assert record["result"] == {"status": "server_unreachable", "detail": told}


def test_scans_and_probes_leave_none(gateway):
    refusals(gateway)
    ssl_request = wire.untyped(wire.SSL_REQUEST)
    for probe in (b"", ssl_request, b"GET / HTTP/1.0\r\n\r\n", b"\0\0\0\x08", startup(database=DATABASE),
                  startup(2 << 16, user=USER), ssl_request * 2, b"\x16\x03\x01\0\x05hello"):
        with Wire(gateway.port) as scanner:
            with contextlib.suppress(OSError):  # it may have been closed before
                scanner.send(probe)
                scanner.socket.shutdown(1)
                while scanner.socket.recv(4096):
                    pass
    with tls.connected(gateway.port, tls.trusting()):
        pass
    with Wire(gateway.port) as silent:
        assert wire.errors(silent.rest()), "the time limit"
    with Wire(gateway.port) as leaving:
        leaving.send(startup(user=USER, database=DATABASE))
        assert leaving.read().kind == "R"
    eventually(lambda: gateway.metric("postern_clients") == 0, what="no clients")
    assert refusals(gateway) == [], "who leaves before the proof, as psql does to ask, was not refused"
