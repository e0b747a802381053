# SPDX-License-Identifier: Apache-2.0
"""Words that a folder must not contain, and what every file must."""

import re
from pathlib import PurePosixPath

from tree import CPP, numbered

PURE = ("gateway/pgwire/", "gateway/session/", "gateway/auth/", "policy/", "mcp/")
PRODUCT = ("gateway/", "policy/", "mcp/")
OURS = PRODUCT + ("tests/",)

# (regular expression, folders it is banned in, folders or files where it is allowed, why)
BANNED_CODE = (
    (r'#\s*include\s*<uv(\.h|/)', OURS, ("gateway/net/", "tests/unit/gateway/net/"),
     "only gateway/net knows libuv"),
    (r'#\s*include\s*<(postgresql/)?libpq-fe\.h', PRODUCT, ("gateway/upstream/",),
     "only gateway/upstream knows libpq"),
    (r'#\s*include\s*<spdlog/', PRODUCT, ("gateway/telemetry/",), "log through gateway/telemetry"),
    (r'#\s*include\s*["<]pg_query', OURS, ("policy/reader/", "tests/unit/policy/reader/"),
     "only policy/reader knows libpg_query"),
    (r'#\s*include\s*<(thread|mutex|shared_mutex|condition_variable|future|fstream|filesystem)>', PURE,
     (), "a pure library has no threads and no files"),
    (r'\b\w*[Cc]lock\w*::now\s*\(|\bclock_gettime\s*\(|\bgettimeofday\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)',
     PURE, (), "time is passed in"),
    (r'\brandom_device\b|\bs?rand\s*\(', PURE, (), "randomness is passed in"),
    (r'\bgetenv\s*\(', PURE, (), "configuration is passed in"),
    (r'#\s*include\s*<iostream>', PRODUCT, ("gateway/main.cc",), "libraries return text, they do not print"),
    (r'\bshared_ptr\s*<\s*(\w+::)*Session\b', PRODUCT, (), "a session has one owner"),
    (r'\bdelete\s+this\b', OURS, (), "the server reaps; nothing deletes itself"),
    (r'\bthrow\b', PRODUCT, (), "expected failures are values; no exception of ours"),
    (r'\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(', ("tests/",), ("tests/support/wait.h",),
     "tests wait for a condition (tests/support/wait.h polls)"),
)  # fmt: skip

BANNED_PYTHON = (
    (r"\b(time|asyncio)\.sleep\s*\(|\bfrom\s+time\s+import\b.*\bsleep\b", ("tests/",), ("tests/integration/harness/waiting.py",),
     "tests wait for a condition (tests/integration/harness/waiting.py polls)"),
)  # fmt: skip

BANNED_TEXT = (
    (r"\b(TODO|FIXME|XXX)\b", "finish it, or open an issue"),
    (r"(?<![\w./-])/(work|root)/", "a path of one machine"),
    (r"\b([\w-]+\.)*debian\.org/|\bdeb\.debian\.org\b|\bsecurity\.debian\.org\b|\bsnapshot\.debian\.org\b",
     "a package host: take it from the machine's own apt sources"),
    (r"\b(registry\.npmjs\.org|registry\.yarnpkg\.com|files\.pythonhosted\.org|pypi\.org|apt\.postgresql\.org"
     r"|[\w-]+\.pkg\.dev|index\.docker\.io|registry-1\.docker\.io)\b",
     "a package host: use the client's own configuration"),
)  # fmt: skip

VAGUE_FOLDERS = re.compile(r"^(utils?|common|helpers?|misc)$")
SPDX = "SPDX-License-Identifier: Apache-2.0"
LINES_WANTED = 400


def _banned(tree, rules, names, read):
    for name in names:
        for pattern, folders, exceptions, why in rules:
            if not name.startswith(folders) or name.startswith(exceptions or ("\0",)):
                continue
            for number, line in numbered(read(name)):
                match = re.search(pattern, line)
                if match:
                    yield f"{name}:{number}: '{match[0].strip()}': {why}"


def check_code(tree):
    """No folder contains a word that belongs elsewhere."""
    yield from _banned(tree, BANNED_CODE, tree.sources(), tree.code)
    python = [name for name in tree.files if name.endswith(".py") and not name.startswith("tests/tidy/")]
    yield from _banned(tree, BANNED_PYTHON, python, tree.text)


# A query's words and what follows them, or a catalog it reads: as text of a program.
QUERY_TEXT = re.compile(
    r"\b(SELECT|WITH|VALUES|INSERT\s+INTO|DELETE\s+FROM)\s[^;]*\b(FROM|AS)\s+[\"\w(]|\bUPDATE\s+\S+\s+SET\s"
    r"|\bJOIN\s+(pg_|information_schema)|\bFROM\s+pg_catalog\.",
    re.IGNORECASE,
)
QUERY_FILES = ("policy/catalog/queries.",)
_LITERAL_OR_COMMENT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"\((?P<raw>.*?)\)"|"(?P<text>(?:\\.|[^"\\\n])*)"', re.DOTALL)


def _literals(text):
    """(offset, content) of the string literals, adjacent ones together."""
    start, end, content = None, None, ""
    for match in _LITERAL_OR_COMMENT.finditer(text):
        own = match["raw"] if match["raw"] is not None else match["text"]
        if own is None:
            continue
        if start is not None and text[end : match.start()].strip() == "":
            end, content = match.end(), content + own
            continue
        if start is not None:
            yield start, content
        start, end, content = match.start(), match.end(), own
    if start is not None:
        yield start, content


def check_queries(tree):
    """What a statement may do is told by rules: no text of a statement is compared with in policy/."""
    tables = [name for name in tree.files if name.startswith("policy/") and name.endswith(".def")]
    for name in tree.sources("policy") + tables:
        if name.startswith(QUERY_FILES):
            continue
        text = tree.text(name)
        for offset, content in _literals(text):
            match = QUERY_TEXT.search(content)
            if match:
                line = text.count("\n", 0, offset) + 1
                yield f"{name}:{line}: '{match[0][:40]}': the text of a query"


def check_headers(tree):
    """Headers are guarded by #pragma once and take no namespace into their readers."""
    for name in tree.sources():
        if not name.endswith(".h"):
            continue
        if not re.search(r"^#pragma once$", tree.code(name), re.MULTILINE):
            yield f"{name}: no #pragma once"
        for number, line in numbered(tree.code(name)):
            if re.search(r"\busing\s+namespace\b", line):
                yield f"{name}:{number}: 'using namespace' in a header"


def _is_program(tree, name):
    suffix = PurePosixPath(name).suffix
    if suffix in CPP + (".py", ".cmake") or name.endswith("CMakeLists.txt"):
        return True
    return suffix in ("", ".sh") and tree.text(name).startswith("#!")


def check_licence(tree):
    """Each source file says its licence, once, in its first two lines."""
    for name in tree.files:
        if not _is_program(tree, name) or name.startswith("tests/corpus/"):
            continue
        if SPDX not in "\n".join(tree.text(name).split("\n")[:2]):
            yield f"{name}: no '{SPDX}' in its first two lines"


def check_text(tree):
    """No unfinished work, no path of one machine, no package host in any file."""
    for name in tree.files:
        if name.startswith(("tests/tidy/", "tests/corpus/")):
            continue
        for number, line in numbered(tree.text(name)):
            for pattern, why in BANNED_TEXT:
                match = re.search(pattern, line)
                if match:
                    yield f"{name}:{number}: '{match[0]}': {why}"


def check_folders(tree):
    """No folder is named for having no name."""
    for folder in sorted({str(PurePosixPath(name).parent) for name in tree.files}):
        for part in PurePosixPath(folder).parts:
            if VAGUE_FOLDERS.match(part):
                yield f"{folder}: '{part}' says nothing about what is inside"


def warn_sizes(tree):
    """Size outliers. A warning only: splitting for the number makes code worse."""
    for name in tree.sources():
        lines = tree.text(name).count("\n")
        if lines > LINES_WANTED:
            yield f"{name}: {lines} lines (aim: under {LINES_WANTED})"
