# SPDX-License-Identifier: Apache-2.0
"""Where clients connect: several addresses of both families on one port, and the Unix socket."""

import json
import os
import pathlib
import signal
import stat
import subprocess

import psycopg
import pytest

from harness import wire
from harness.cluster import DATABASE, PASSWORD, USER
from harness.gateway import Gateway
from harness.waiting import eventually

BOTH = ["127.0.0.1", "::1"]


def started(gateway):
    """The client_info of each session so far."""
    return [record["client_info"] for record in gateway.audit()
            if record["event_type"] == "session_started"]


def socket_of(gateway, folder):
    return pathlib.Path(folder) / f".s.PGSQL.{gateway.port}"


def serve(gateway, **listen):
    """Another process with the same file, but for `listen`; it must end."""
    config = gateway.config()
    config["listen"] |= listen
    config["observability"]["metrics"]["enabled"] = False
    config["audit"]["enabled"] = False
    path = gateway.folder / "second.yaml"
    path.write_text(json.dumps(config))
    return subprocess.run([os.environ["POSTERN_BINARY"], "serve", "--config", path], timeout=60,
                          capture_output=True, text=True, check=False)


def test_all_ways_in_lead_to_one_gateway(gateways, tmp_path):
    gateway = gateways(listen={"address": BOTH, "unix_socket_dir": str(tmp_path)})
    for host in [*BOTH, str(tmp_path)]:
        with gateway.connect(host=host) as connection:
            assert connection.rows("SELECT 'here'") == [["here"]], host
    eventually(lambda: len(started(gateway)) == 3)
    assert [client["ip"] for client in started(gateway)] == [*BOTH, ""]
    assert started(gateway)[2]["port"] == 0


def test_drivers_find_the_socket(gateways, tmp_path):
    gateway = gateways(listen={"unix_socket_dir": str(tmp_path)})
    parameters = gateway.parameters() | {"host": str(tmp_path)}
    with psycopg.connect(**parameters) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    output = subprocess.run(["psql", "-X", "-At", "-c", "SELECT 2"], check=True, text=True,
                            capture_output=True,
                            env=gateway.environment() | {"PGHOST": str(tmp_path)})
    assert output.stdout == "2\n"


def test_the_socket_alone(gateways, tmp_path):
    gateway = gateways(listen={"address": [], "unix_socket_dir": str(tmp_path)})
    with gateway.connect(host=str(tmp_path)) as connection:
        assert connection.rows("SELECT 1") == [["1"]]
    with pytest.raises(OSError):
        wire.Wire(gateway.port)


def test_any_address_of_both_families(gateways):
    gateway = gateways(listen={"address": ["0.0.0.0", "::"]})
    for host in BOTH:
        gateway.connect(host=host).close()
    eventually(lambda: len(started(gateway)) == 2)
    assert [client["ip"] for client in started(gateway)] == BOTH


def test_a_cancel_may_come_another_way(gateways, admin, tmp_path):
    gateway = gateways(listen={"unix_socket_dir": str(tmp_path)})
    with gateway.connect(host=str(tmp_path)) as connection:
        connection.send(wire.query("SELECT pg_sleep(60) -- cancelled over TCP"))
        eventually(lambda: admin.execute("SELECT 1 FROM pg_stat_activity WHERE state = 'active' "
                                         "AND query LIKE '%cancelled over TCP'").fetchone())
        wire.send_cancel(gateway.port, connection.key)
        assert wire.errors(connection.ready())[0]["C"] == "57014"


def test_trust_on_the_socket(gateways, tmp_path):
    gateway = gateways(listen={"unix_socket_dir": str(tmp_path)},
                       users=[{"name": "local", "auth": "trust"}])
    with wire.Wire(gateway.port, host=str(tmp_path)) as connection:
        assert wire.kinds(connection.login("local", "", DATABASE)).count("R") == 1


@pytest.mark.parametrize("mode", ["0777", "0700"])
def test_who_may_connect_is_a_matter_of_the_files_mode(gateways, tmp_path, mode):
    gateway = gateways(listen={"unix_socket_dir": str(tmp_path), "unix_socket_permissions": mode})
    status = socket_of(gateway, tmp_path).stat()
    assert stat.S_ISSOCK(status.st_mode) and stat.S_IMODE(status.st_mode) == int(mode, 8)


def test_the_socket_of_a_living_process_is_not_taken(gateways, tmp_path):
    gateway = gateways(listen={"unix_socket_dir": str(tmp_path)})
    second = serve(gateway, address="127.0.0.2")
    assert second.returncode == 1
    assert f"cannot listen on {socket_of(gateway, tmp_path)}: another process" in second.stdout + second.stderr
    gateway.connect(host=str(tmp_path)).close()


def test_the_socket_of_a_dead_process_is_replaced(gateways, cluster, tmp_path):
    killed = Gateway(cluster.port, listen={"unix_socket_dir": str(tmp_path)}).start()
    path = socket_of(killed, tmp_path)
    killed.process.send_signal(signal.SIGKILL)
    killed.process.wait()
    assert path.exists(), "nobody could remove it"
    gateway = gateways(listen={"unix_socket_dir": str(tmp_path)})
    gateway.process.send_signal(signal.SIGTERM)
    eventually(lambda: not gateway.alive())
    assert not socket_of(gateway, tmp_path).exists(), "who stops in order leaves nothing"
    path.rename(socket_of(gateway, tmp_path))  # ports are picked anew
    gateway.process = subprocess.Popen(
        [os.environ["POSTERN_BINARY"], "serve", "--config", gateway.folder / "postern.yaml"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    eventually(lambda: gateway.get("/readyz")[0] == 200, within=30)
    gateway.connect(host=str(tmp_path)).close()
    killed.remove()


@pytest.mark.parametrize("address", BOTH)
def test_a_taken_port_is_named_with_its_address(gateways, tmp_path, address):
    gateway = gateways(listen={"address": BOTH})
    second = serve(gateway, address=["127.0.0.2", address], unix_socket_dir=str(tmp_path))
    assert second.returncode == 1
    assert f"cannot listen on {address} port {gateway.port}: Address already in use" \
        in second.stdout + second.stderr
    assert not list(tmp_path.iterdir()), "all or nothing"


def test_users_and_passwords_are_asked_for_on_the_socket_too(gateways, tmp_path):
    gateway = gateways(listen={"unix_socket_dir": str(tmp_path)})
    with pytest.raises(wire.ServerError) as refused:
        gateway.connect(USER, PASSWORD + "x", host=str(tmp_path))
    assert refused.value.sqlstate == "28P01"
