# SPDX-License-Identifier: Apache-2.0
"""Free TCP ports. One may be taken by somebody else before it is used: callers try again."""

import socket


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
