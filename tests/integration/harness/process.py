# SPDX-License-Identifier: Apache-2.0
"""What a process of ours uses."""

import pathlib


def memory_kib(process, name="VmRSS"):
    """A figure of /proc/PID/status: VmRSS now, VmHWM at most since forget_peak()."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name + ":"))


def forget_peak(process):
    pathlib.Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def has_sanitizers(program):
    """Its memory says nothing: freed blocks are kept, and each has shadows."""
    return b"__asan_init" in pathlib.Path(program).read_bytes()
