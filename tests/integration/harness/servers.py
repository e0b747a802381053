# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL 14 to 18: where scripts/servers put them."""

import pathlib
import subprocess

MAJORS = (14, 15, 16, 17, 18)
SCRIPT = pathlib.Path(__file__).parents[3] / "scripts" / "servers"


def programs(major):
    """The folder of that server's programs; it not being there is an error, not a reason to skip."""
    output = subprocess.run([SCRIPT, "--list"], check=True, capture_output=True, text=True).stdout
    folders = dict(line.split(maxsplit=1) for line in output.splitlines())
    assert str(major) in folders, f"PostgreSQL {major} is not installed: run scripts/servers"
    return pathlib.Path(folders[str(major)])
