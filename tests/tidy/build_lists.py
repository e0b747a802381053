# SPDX-License-Identifier: Apache-2.0
"""Every source file is compiled, by one target; scripts can be run."""

import os
import re
import shutil
import subprocess
from pathlib import PurePosixPath

SOURCE = re.compile(r"[\w./${}-]+\.(?:cc|c)\b(?!\.)")


def _resolved(folder, word):
    if "CMAKE_CURRENT_BINARY_DIR" in word or "PROJECT_BINARY_DIR" in word:
        return None
    for variable in ("CMAKE_CURRENT_SOURCE_DIR", "CMAKE_CURRENT_LIST_DIR"):
        word = word.replace("${%s}/" % variable, "")
    if word.startswith(("${PROJECT_SOURCE_DIR}/", "${CMAKE_SOURCE_DIR}/")):
        return word.split("/", 1)[1]
    return os.path.normpath(folder / word) if "$" not in word else None


def check_sources(tree):
    """Every .cc and .c is in exactly one CMake list, and every name in a list is a file."""
    lists = {}
    for name in tree.files:
        if not name.endswith(("CMakeLists.txt", ".cmake")):
            continue
        text = re.sub(r"#[^\n]*", "", tree.text(name))
        # These read a source or set its options; they compile nothing.
        text = re.sub(r"\b(?:file|configure_file|set_source_files_properties)\s*\([^)]*\)", "", text)
        for word in SOURCE.findall(text):
            path = _resolved(PurePosixPath(name).parent, word)
            if path:
                lists.setdefault(path, []).append(name)
    for path, places in sorted(lists.items()):
        if not tree.exists(path):
            yield f"{places[0]}: {path} does not exist"
        elif len(places) > 1:
            yield f"{path}: in {len(places)} CMake lists ({', '.join(places)})"
    for name in tree.sources():
        if name.endswith((".cc", ".c")) and name not in lists and not name.startswith("tests/corpus/"):
            yield f"{name}: in no CMake list"


def check_scripts(tree):
    """Every shell script is executable and parses; shellcheck finds nothing where it is installed."""
    shellcheck = shutil.which("shellcheck")
    for name in tree.files:
        first = tree.text(name).split("\n", 1)[0]
        if not first.startswith("#!") or name.startswith("tests/corpus/"):
            continue
        if not tree.is_executable(name):
            yield f"{name}: has a #! line but is not executable"
        if "sh" not in first.rsplit("/", 1)[-1].split()[-1]:
            continue
        commands = [["bash", "-n", name]]
        if shellcheck:
            commands.append([shellcheck, "--severity=style", "--format=gcc", "--exclude=SC1091,SC2312", name])
        for command in commands:
            result = subprocess.run(command, cwd=tree.root, capture_output=True, text=True)
            for line in (result.stdout + result.stderr).splitlines():
                yield line
