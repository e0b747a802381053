# SPDX-License-Identifier: Apache-2.0
"""A disk that stops answering: programs that start with it hang in fdatasync() while it is slow."""

import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).with_name("slow_disk.c")


class SlowDisk:
    def __init__(self, folder, monkeypatch):
        self.flag, self.monkeypatch = folder / "slow", monkeypatch
        self.library = folder / "slow_disk.so"
        subprocess.run(["g++", "-x", "c", "-shared", "-fPIC", "-o", self.library, SOURCE, "-ldl"],
                       check=True)

    def __enter__(self):
        """Programs that are started inside have this disk."""
        self.monkeypatch.setenv("LD_PRELOAD", str(self.library))
        self.monkeypatch.setenv("POSTERN_SLOW_DISK", str(self.flag))
        return self

    def __exit__(self, *_):
        self.monkeypatch.delenv("LD_PRELOAD")

    def stop_answering(self):
        self.flag.touch()

    def answer_again(self):
        self.flag.unlink()
