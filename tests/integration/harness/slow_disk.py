# SPDX-License-Identifier: Apache-2.0
"""A disk that stops answering: programs that start with it hang in fdatasync() while it is slow."""

import subprocess

# Preloaded; the disk is slow while the file named by POSTERN_SLOW_DISK exists.
SOURCE = """
#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  const char* path = getenv("POSTERN_SLOW_DISK");
  while (path && access(path, F_OK) == 0) poll(0, 0, 1);
  return real(fd);
}
"""


class SlowDisk:
    def __init__(self, folder, monkeypatch):
        self.flag, self.monkeypatch = folder / "slow", monkeypatch
        self.library = folder / "slow_disk.so"
        subprocess.run(["g++", "-x", "c", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", self.library,
                        "-", "-ldl"], input=SOURCE, text=True, check=True)

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
