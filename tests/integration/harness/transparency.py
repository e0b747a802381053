# SPDX-License-Identifier: Apache-2.0
"""Plays a byte script (harness/scripts.py). But for the source location of syntax errors, which the
gateway finds itself, its messages are PostgreSQL's."""

import threading

from . import wire
from .scripts import CLOSED


def normal(message):
    if message.kind != "E" or message.fields.get("C") != "42601":
        return message.kind, message.body
    return "E", {code: value for code, value in message.fields.items() if code not in "FLR"}


def play(target, script, options):
    """Startup's parameters and status, and the messages of all steps."""
    with target.connect(parameters=script.parameters, **options) as connection:
        stream = []
        for step in script.steps:
            # A sender of its own: a script may send more than both sides' buffers hold.
            sender = threading.Thread(target=connection.send, args=(step.data,))
            sender.start()
            stream += (connection.rest() if step.until == CLOSED
                       else connection.read_until(step.until, step.count))
            sender.join()
        if script.steps[-1].until != CLOSED:
            connection.send(wire.TERMINATE)
            assert connection.rest() == []
        return connection.parameters, [normal(message) for message in stream]
