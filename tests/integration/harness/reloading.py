# SPDX-License-Identifier: Apache-2.0
"""Another configuration for a gateway that runs."""

import json
import signal

from .gateway import merge
from .waiting import eventually


def write(gateway, text=None):
    (gateway.folder / "postern.yaml").write_text(text or json.dumps(gateway.config(), indent=1))


def hang_up(gateway, result="ok"):
    """Sends SIGHUP and waits until the outcome is in the metrics."""
    before = gateway.metric("postern_config_reload_total", result=result)
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: gateway.metric("postern_config_reload_total", result=result) == before + 1)


def reload(gateway, database=None, **sections):
    merge(gateway.database_changes, database or {})
    merge(gateway.sections, sections)
    write(gateway)
    hang_up(gateway)
