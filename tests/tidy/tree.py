# SPDX-License-Identifier: Apache-2.0
"""The files of a source tree, as the rules read them. Knows no rule."""

import os
import re
import subprocess
from pathlib import Path

CPP = (".h", ".cc", ".c")
SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".cache"}

_COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.files = self._list()
        self._texts = {}

    def _list(self):
        """Tracked files, and new ones that git does not ignore; all files where git is not at hand."""
        if (self.root / ".git").exists():
            command = ["git", "-c", f"safe.directory={self.root.resolve()}", "-C", str(self.root)]
            command += ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            try:
                output = subprocess.run(command, check=True, capture_output=True).stdout
                names = sorted(set(output.decode().split("\0")) - {""})
                return [name for name in names if (self.root / name).is_file()]
            except (OSError, subprocess.CalledProcessError):
                pass
        names = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
            names += [str((Path(folder) / f).relative_to(self.root)) for f in files]
        return sorted(names)

    def text(self, name):
        if name not in self._texts:
            data = (self.root / name).read_bytes()
            self._texts[name] = "" if b"\0" in data else data.decode("utf-8", "replace")
        return self._texts[name]

    def code(self, name):
        """C++ text with comments and literals blanked out; line numbers stay. Keeps #include lines."""

        def keep_length(match):
            found = match.group(0)
            line_start = match.string.rfind("\n", 0, match.start()) + 1
            if re.match(r"\s*#\s*include\b", match.string[line_start : match.start()]):
                return found if found.startswith('"') else _blank(found)
            return _blank(found)

        return _COMMENT_OR_STRING.sub(keep_length, self.text(name))

    def sources(self, *folders):
        """C and C++ files below the folders (all of ours when none is named)."""
        folders = folders or ("gateway", "policy", "mcp", "tests")
        return [f for f in self.files if f.endswith(CPP) and f.startswith(tuple(d + "/" for d in folders))]

    def exists(self, path):
        return (self.root / path).exists()

    def is_executable(self, name):
        return os.access(self.root / name, os.X_OK)


def numbered(text):
    return enumerate(text.split("\n"), 1)
