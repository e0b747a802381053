# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition, never for a while."""

import time


def eventually(condition, within=15.0, what="the condition"):
    """Calls condition() until it gives something true, and gives that back."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {within} s; last: {value!r}")
        time.sleep(0.01)
