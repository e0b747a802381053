# SPDX-License-Identifier: Apache-2.0
"""The first packets of a connection, before anybody is authenticated."""

import struct

import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.wire import GSSENC_REQUEST, SSL_REQUEST, Wire, startup, untyped

GOOD = {"user": USER, "database": DATABASE}
V3 = wire.PROTOCOL_3_0


@pytest.fixture
def fresh(through):
    with Wire(through.port, timeout=15) as connection:
        yield connection


def final_error(connection):
    """The one FATAL that a refused startup ends with."""
    messages = connection.rest()
    assert wire.kinds(messages).strip("RSv") == "E", messages
    assert messages[-1].fields["S"] == "FATAL"
    return messages[-1].fields


@pytest.mark.parametrize("requests", [
    [SSL_REQUEST], [GSSENC_REQUEST], [GSSENC_REQUEST, SSL_REQUEST], [SSL_REQUEST, GSSENC_REQUEST]])
def test_encryption_is_declined_and_the_login_goes_on(fresh, requests):
    for code in requests:
        fresh.send(untyped(code))
        assert fresh.take(1) == b"N"
    fresh.login(USER, PASSWORD, DATABASE)
    assert fresh.rows("SELECT 1") == [["1"]]


def test_bytes_behind_an_encryption_request_end_the_connection(fresh):
    """They could be an injection of somebody who cannot speak TLS (CVE-2021-3935)."""
    fresh.send(untyped(SSL_REQUEST) + startup(**GOOD))
    try:
        answers = wire.kinds(fresh.rest())
    except wire.Closed:
        return
    assert answers == "E"


@pytest.mark.parametrize("protocol, spoken, options", [
    (V3 | 1, V3, {}), (V3 | 3, V3 | 2, {}), (V3 | 9999, V3 | 2, {}), (V3, V3, {"_pq_.wish": "1"}),
    (V3 | 2, V3 | 2, {"_pq_.wish": "1"}), (V3 | 9999, V3 | 2, {"_pq_.one": "1", "_pq_.two": "2"})])
def test_newer_protocols_are_negotiated_once(fresh, protocol, spoken, options):
    fresh.send(startup(protocol, **GOOD, **options))
    messages = fresh.authenticate(PASSWORD)
    assert wire.kinds(messages).count("v") == 1 and messages[0].kind == "v"
    newest, count = struct.unpack_from("!II", messages[0].body)
    assert newest == spoken
    names = messages[0].body[8:].split(b"\0")[:count]
    assert sorted(names) == sorted(name.encode() for name in options)
    assert len(fresh.key) == 4 + (32 if spoken == V3 | 2 else 4)
    assert fresh.rows("SELECT 1") == [["1"]]


@pytest.mark.parametrize("protocol, key_bytes", [(V3, 4), (V3 | 2, 32)])
def test_served_protocols_are_not_negotiated(fresh, protocol, key_bytes):
    fresh.send(startup(protocol, **GOOD))
    assert "v" not in wire.kinds(fresh.authenticate(PASSWORD))
    assert len(fresh.key) == 4 + key_bytes


def test_protocol_2_0_is_refused_in_its_own_form(fresh):
    fresh.send(startup(2 << 16, **GOOD))
    told = b"EFATAL:  unsupported frontend protocol 2.0: server supports 3.0 to "
    assert fresh.take(len(told)) == told
    fresh.rest_or_half()


@pytest.mark.parametrize("protocol", [4 << 16, 1234 << 16 | 1, 0])
def test_other_protocols_are_refused(fresh, protocol):
    fresh.send(startup(protocol, **GOOD))
    assert final_error(fresh)["C"] in ("0A000", "08P01")


@pytest.mark.parametrize("value", ["true", "on", "1", "database"])
def test_replication_is_refused_with_a_hint(fresh, value):
    fresh.send(startup(**GOOD, replication=value))
    error = refused_login(fresh)
    assert "replication" in error["M"]


def refused_login(connection):
    """A refusal that may come before or after authentication."""
    with pytest.raises(wire.ServerError) as failure:
        connection.authenticate(PASSWORD)
    assert failure.value.fields["S"] == "FATAL"
    return failure.value.fields


@pytest.mark.parametrize("parameters", [
    {"client_encoding": "LATIN1"}, {"standard_conforming_strings": "off"},
    {"search_path": "pg_temp"}, {"role": "reader"}, {"session_authorization": "reader"},
    {"session_replication_role": "replica"}, {"options": "-c role=reader"}, {"options": "--role=reader"},
    {"options": "-c search_path=public;create/**/table/**/x()"},
    {"options": "-c standard_conforming_strings=off"}, {"options": "-c client_encoding=LATIN1"}])
def test_settings_that_nobody_may_change_are_refused(fresh, parameters):
    fresh.send(startup(**GOOD, **parameters))
    refused_login(fresh)


@pytest.mark.parametrize("parameters", [
    {"client_encoding": "UTF8"}, {"client_encoding": "'utf-8'"}, {"client_encoding": "Unicode"},
    {"DateStyle": "German"}, {"datestyle": "German"}, {"TimeZone": "Asia/Tokyo"},
    {"application_name": "ünï"}, {"extra_float_digits": "2"}, {"options": "-c DateStyle=German"},
    {"options": "-cDateStyle=German --TimeZone=Asia/Tokyo"},
    {"options": "-c  intervalstyle=iso_8601"},
    {"options": ""}])
def test_settings_that_anybody_may_change(direct, through, parameters):
    def seen(target):
        with target.connect(parameters=parameters) as connection:
            values = [connection.rows(f"SHOW {name}") for name in (
                "client_encoding", "DateStyle", "TimeZone", "application_name",
                "extra_float_digits", "IntervalStyle")]
            return values, connection.parameters
    assert seen(through) == seen(direct)


@pytest.mark.parametrize("options", ["-c", "-c=", "--", "--=x", "-", "\\", "-c a\\", "-c\\ a=b",
                                     "--a", "-x", "-c a", "    ", "-c DateStyle=", "-" * 5000])
def test_odd_options_never_hang(fresh, options):
    """An error or a login, as PostgreSQL does; both soon."""
    fresh.send(startup(**GOOD, options=options))
    try:
        fresh.authenticate(PASSWORD)
        assert fresh.rows("SELECT 1") == [["1"]]
    except wire.ServerError as failure:
        assert failure.fields["S"] == "FATAL"


def test_settings_of_one_client_do_not_reach_the_next(gateways):
    gateway = gateways({"max_pool_size": 1})
    with gateway.connect(parameters={"DateStyle": "German", "application_name": "first"}) as one:
        assert one.rows("SHOW DateStyle") == [["German, DMY"]]
        one.simple("SET IntervalStyle = 'iso_8601'")
    with gateway.connect() as other:
        assert other.rows("SHOW DateStyle") == [["ISO, MDY"]]
        assert other.rows("SHOW IntervalStyle") == [["postgres"]]
        assert "first" not in other.rows("SHOW application_name")[0][0]


def test_no_user_is_an_error(fresh):
    fresh.send(startup(database=DATABASE))
    assert final_error(fresh)["C"] in ("28000", "08P01")


def test_an_unknown_database(fresh):
    fresh.send(startup(user=USER, database="no_such_database"))
    assert refused_login(fresh)["C"] == "3D000"


def test_the_database_defaults_to_the_user(fresh):
    fresh.send(startup(user=USER))
    assert refused_login(fresh)["C"] == "3D000"


def test_a_startup_of_single_bytes(through):
    with Wire(through.port, step=1) as connection:
        connection.login(USER, PASSWORD, DATABASE, application_name="x" * 60)
        assert connection.rows("SELECT 1") == [["1"]]
