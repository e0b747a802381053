# SPDX-License-Identifier: Apache-2.0
"""The same bytes sent direct and through the gateway bring the same bytes back, but for cancel
keys and for the source location (F, L, R) of syntax errors, which the gateway finds itself."""

import pytest

from harness import wire
from harness.scripts import CORPUS
from harness.transparency import normal, play

# The step bounds every send and receive in bytes, the buffers the kernel's socket buffers.
SIZES = {"plain": {}, "small buffers": {"buffers": 4096},
         "single bytes": {"buffers": 4096, "step": 1}}

CASES = [pytest.param(script, options, id=f"{group}: {script.name}: {size}")
         for group, scripts in CORPUS.items() for script in scripts
         for size, options in SIZES.items() if not (script.big and "step" in options)]


@pytest.mark.parametrize("script, options", CASES)
def test_streams_are_equal(direct, through, script, options):
    wanted_parameters, wanted = play(direct, script, options)
    parameters, got = play(through, script, options)
    assert got == wanted
    assert parameters == wanted_parameters


def test_login_has_the_messages_of_postgresql(direct, through):
    def shape(target):
        with wire.Wire(target.port) as connection:
            messages = connection.login("tester", "tester-password", "app")
            return [message.kind for message in messages if message.kind != "S"]
    assert shape(through) == shape(direct) == ["R", "R", "R", "R", "K", "Z"]


def test_notifications_arrive_while_idle(through, admin):
    with through.connect() as connection:
        connection.simple("LISTEN news")
        admin.execute("NOTIFY news, 'hello'")
        message = connection.read()
    assert message.kind == "A" and message.body[4:] == b"news\0hello\0"


def test_a_terminated_server_gives_one_fatal(direct, through, admin):
    """Also to a client that waits for nothing."""
    def play_dead(target):
        with target.connect() as connection:
            (pid,), = connection.rows("SELECT pg_backend_pid()")
            admin.execute("SELECT pg_terminate_backend(%s)", [int(pid)])
            return [normal(message) for message in connection.rest()]
    wanted = play_dead(direct)
    assert [kind for kind, _ in wanted] == ["E"] and b"57P01" in wanted[0][1]
    assert play_dead(through) == wanted
