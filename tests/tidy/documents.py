# SPDX-License-Identifier: Apache-2.0
"""ARCHITECTURE.md stays short and true, and so do tests that docs/ names.

Its invariants are the numbered rows (`| 1 | …` or `1. …`) below a heading that contains "Invariants".
Each names at least one test, in back-quotes, in one of these forms, and each such test exists:
  `Suite.Name`            a GoogleTest of tests/unit or tests/integration
  `tidy.name`             a rule of tests/tidy
  `test_x.py::test_name`  a pytest; `test_x.py` alone names the whole file
  `fuzz_name`             a fuzz target
  `script: name`          a byte script of tests/integration/harness/scripts.py

Documents under docs/ name tests in the same forms.
"""

import fnmatch
import re

ARCHITECTURE = "ARCHITECTURE.md"
# In its tables each row names a test in a column `shown by`.
COMPATIBILITY = "docs/compatibility.md"
PITFALLS = "docs/pitfalls.md"
SCRIPTS = "tests/integration/harness/scripts.py"
LINES_MAX = 250
PATH = re.compile(r"(?<![\w/.-])(?:gateway|policy|mcp|tests|scripts|cmake)/[\w./{},*-]*[\w*}/]")
GTEST = re.compile(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST)\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")


def _expanded(path):
    match = re.search(r"\{([^{}]*)\}", path)
    if not match:
        return [path]
    head, tail = path[: match.start()], path[match.end() :]
    return [found for item in match[1].split(",") for found in _expanded(head + item + tail)]


def _there(tree, path):
    if "*" in path:
        return any(fnmatch.fnmatch(name, path + ("*" if path.endswith("/") else "")) for name in tree.files)
    folder = path.rstrip("/") + "/"
    return path in tree.files or any(name.startswith(folder) for name in tree.files)


def check_paths(tree):
    """ARCHITECTURE.md exists, has at most 250 lines, and every path that it names is there."""
    if ARCHITECTURE not in tree.files:
        yield f"{ARCHITECTURE}: does not exist"
        return
    text = tree.text(ARCHITECTURE)
    if text.count("\n") > LINES_MAX:
        yield f"{ARCHITECTURE}: {text.count(chr(10))} lines, more than {LINES_MAX}"
    for number, line in enumerate(text.split("\n"), 1):
        for named in PATH.findall(line):
            for path in _expanded(named):
                if not _there(tree, path):
                    yield f"{ARCHITECTURE}:{number}: {path} does not exist"


def _tests(tree, rules):
    found = {f"tidy.{rule}" for rule in rules}
    for name in tree.files:
        if not name.startswith("tests/"):
            continue
        if name.endswith(".cc"):
            found |= {f"{suite}.{test}" for suite, test in GTEST.findall(tree.text(name))}
        file = name.rsplit("/", 1)[-1]
        if file.startswith("test_") and file.endswith(".py"):
            found.add(file)
            for test in re.findall(r"^\s*(?:async\s+)?def\s+(test_\w+)", tree.text(name), re.MULTILINE):
                found |= {f"{file}::{test}", test}
        if name == SCRIPTS:
            found |= {f"script: {script}" for script in re.findall(r'\bscript\(\s*"([^"]+)"', tree.text(name))}
        if name.startswith("tests/fuzz/") and name.endswith((".cmake", "CMakeLists.txt")):
            found |= {f"fuzz_{target}" for target in re.findall(r"postern_fuzz\(\s*(\w+)", tree.text(name))}
    return found


NAMES_A_TEST = re.compile(
    r"^([A-Z]\w*\.[A-Z]\w*|tidy\.\w+|(\S*/)?test_\w+\.py(::\w+)*|test_\w+|fuzz_\w+|script: .+)$")


def _named(text):
    return [word for word in re.findall(r"`([^`]+)`", text) if NAMES_A_TEST.match(word)]


def _missing(where, text, tests):
    for word in _named(text):
        short = word.rsplit("/", 1)[-1] if ".py" in word else word
        if short not in tests:
            yield f"{where}: there is no test {word}"


def _cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []


def check_named_tests(tree, rules):
    """Tests that docs/ names exist, and COMPATIBILITY shows each row by one."""
    tests = _tests(tree, rules)
    if COMPATIBILITY not in tree.files:
        yield f"{COMPATIBILITY}: does not exist"
    for document in tree.files:
        if not document.startswith("docs/") or not document.endswith(".md"):
            continue
        column = None
        for number, line in enumerate(tree.text(document).split("\n"), 1):
            where, cells = f"{document}:{number}", _cells(line)
            yield from _missing(where, line, tests)
            if not cells:
                column = None
            elif document == COMPATIBILITY and "shown by" in cells:
                column = cells.index("shown by")
            elif column is not None and set(line) - set("|-: ") and not _named("".join(cells[column:])):
                yield f"{where}: this row names no test"


def check_invariants(tree, rules):
    """Each numbered invariant of ARCHITECTURE.md names a test that exists."""
    if ARCHITECTURE not in tree.files:
        return
    tests, inside, rows = _tests(tree, rules), False, 0
    for number, line in enumerate(tree.text(ARCHITECTURE).split("\n"), 1):
        if line.startswith("#"):
            inside = "invariants" in line.lower()
        if not inside or not re.match(r"\|?\s*\d+\s*[.|]", line):
            continue
        rows += 1
        if not _named(line):
            yield f"{ARCHITECTURE}:{number}: this invariant names no test"
        yield from _missing(f"{ARCHITECTURE}:{number}", line, tests)
    if rows == 0:
        yield f"{ARCHITECTURE}: no numbered row below a heading 'Invariants'"


def check_pitfalls(tree, rules):
    """Each statement of docs/pitfalls.md, numbered from 1 without a gap, names a test or says "No test: why"."""
    if PITFALLS not in tree.files:
        yield f"{PITFALLS}: does not exist"
        return
    expected = 1
    for number, line in enumerate(tree.text(PITFALLS).split("\n"), 1):
        row = re.match(r"\|\s*(\d+)([a-z]?)\s*\|", line)
        if not row:
            continue
        if not row[2] and int(row[1]) != expected:
            yield f"{PITFALLS}:{number}: {row[1]} stands where {expected} should"
        expected = int(row[1]) + 1
        if not _named(line) and not re.search(r"\|\s*No test: \w", line):
            yield f"{PITFALLS}:{number}: neither a test nor a reason"
    if expected == 1:
        yield f"{PITFALLS}: no numbered row"
