#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that no rule is vacuous: each reports a small bad tree and accepts the good one."""

import re
import tempfile
import unittest
from pathlib import Path

import documents
import tidy

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
CMAKE_SPDX = "# SPDX-License-Identifier: Apache-2.0\n"
HEADER = SPDX + "#pragma once\n"
ARCHITECTURE = """# Architecture
`gateway/pgwire/frame.{h,cc}` frames. `gateway/net/` owns libuv.
## Invariants
| 1 | Every cut gives the same frames. | `Frame.WaitsAtEveryCut` |
| 2 | Arrows hold. | `tidy.includes` |
"""
PITFALLS = """| # | what must hold | guarded by |
| 1 | Frames. | `Frame.WaitsAtEveryCut` |
| 1a | Lengths. | No test: there are none |
| 2 | Empty text. | `script: empty` |
"""
SCRIPTS = CMAKE_SPDX + 'A = script("empty", 1)\n'

NAMING = "# What works\n| what | shown by |\n|---|---|\n| frames | `Frame.WaitsAtEveryCut`, `tidy.includes` |\n"
DOCUMENT = documents.COMPATIBILITY

GOOD = {
    DOCUMENT: NAMING,
    "ARCHITECTURE.md": ARCHITECTURE,
    "docs/pitfalls.md": PITFALLS,
    "tests/integration/harness/scripts.py": SCRIPTS,
    "gateway/CMakeLists.txt": CMAKE_SPDX + "postern_library(postern_pgwire SOURCES pgwire/frame.cc)\n"
    "postern_library(postern_net SOURCES net/loop.cc DEPENDS PkgConfig::LIBUV)\n"
    "postern_library(postern_session SOURCES session/session.cc DEPENDS postern_pgwire)\n",
    "gateway/pgwire/frame.h": HEADER + "#include <string_view>\n",
    "gateway/pgwire/frame.cc": SPDX + '#include "gateway/pgwire/frame.h"\n',
    "gateway/net/loop.cc": SPDX + "#include <uv.h>\n#include <unistd.h>\n",
    "gateway/session/session.h": HEADER + '#include "gateway/pgwire/frame.h"\n',
    "gateway/session/session.cc": SPDX + '#include "gateway/session/session.h"\n',
    "tests/unit/CMakeLists.txt": CMAKE_SPDX + "postern_unit_test(pgwire_test SOURCES frame_test.cc)\n",
    "tests/unit/frame_test.cc": SPDX + "TEST(Frame, WaitsAtEveryCut) {}\n",
    "scripts/build": "#!/usr/bin/env bash\n" + CMAKE_SPDX + "set -euo pipefail\necho built\n",
}

SESSION = "gateway/session/session.cc"
LISTS = "gateway/CMakeLists.txt"

# (rule, what it is about, file, new text or None to remove it, what the report must contain)
BAD = [
    ("includes", "a missing arrow", "gateway/pgwire/frame.cc", SPDX + '#include "gateway/session/session.h"\n',
     "no arrow gateway/pgwire -> gateway/session"),
    ("includes", "a library of another folder", SESSION, SPDX + "#include <openssl/ssl.h>\n",
     "no arrow gateway/session -> openssl"),
    ("includes", "a system header in a pure folder", SESSION, SPDX + "#include <sys/socket.h>\n", "-> posix"),
    ("includes", "an unknown library", SESSION, SPDX + "#include <boost/asio.hpp>\n", "belongs to no library"),
    ("includes", "a header that is not there", SESSION, SPDX + '#include "gateway/pgwire/gone.h"\n',
     "does not exist"),
    ("includes", "a test header in the product", SESSION, SPDX + '#include "tests/support/fake.h"\n',
     "includes a test header"),
    ("includes", "a catalog that knows the gateway", "policy/catalog/a.cc", SPDX + '#include "gateway/pgwire/frame.h"\n',
     "no arrow policy/catalog -> gateway/pgwire"),
    ("includes", "JSON in the resolver", "policy/resolver/a.cc", SPDX + "#include <nlohmann/json.hpp>\n",
     "no arrow policy/resolver -> json"),
    ("includes", "the parser in a rule", "policy/rules/a.cc", SPDX + "#include <pg_query.h>\n",
     "no arrow policy/rules -> pg_query"),
    ("includes", "a folder without a row", "gateway/extra/new.cc", SPDX + "#include <string>\n", "has no row"),
    ("depends", "a forbidden library", LISTS, GOOD[LISTS].replace("postern_pgwire)", "postern_pgwire postern_net)"),
     "no arrow gateway/session -> gateway/net"),
    ("depends", "an unused library", LISTS, GOOD[LISTS].replace("DEPENDS postern_pgwire", "DEPENDS postern_pgwire postern_auth"),
     "includes nothing of it"),
    ("depends", "a used library that is not listed", LISTS, GOOD[LISTS].replace(" DEPENDS postern_pgwire", ""),
     "does not depend on it"),
    ("depends", "a forbidden link beside postern_library", LISTS,
     GOOD[LISTS] + "target_link_libraries(postern_session PRIVATE OpenSSL::SSL)\n", "no arrow gateway/session -> openssl"),
    ("depends", "an unknown target", LISTS, GOOD[LISTS].replace("PkgConfig::LIBUV", "PkgConfig::LIBUV Boost::asio"),
     "no target that"),
    ("libraries", "a catalog without a library", "policy/catalog/a.cc", SPDX, "policy/catalog: no postern_library"),
    ("libraries", "a folder without a library", "gateway/audit/log.cc", SPDX, "gateway/audit: no postern_library"),
    ("sources", "a source in no list", "gateway/net/lost.cc", SPDX, "lost.cc: in no CMake list"),
    ("sources", "a C source in no list", "policy/reader/lost.c", SPDX, "lost.c: in no CMake list"),
    ("sources", "a source in two lists", LISTS, GOOD[LISTS].replace("net/loop.cc", "net/loop.cc pgwire/frame.cc"),
     "in 2 CMake lists"),
    ("sources", "a listed source that is not there", LISTS, GOOD[LISTS].replace("net/loop.cc", "net/loop.cc net/gone.cc"),
     "net/gone.cc does not exist"),
    ("scripts", "a script that does not parse", "scripts/build", "#!/usr/bin/env bash\nif true; then\n", "scripts/build"),
    ("queries", "a query in the policy", "policy/rules/a.cc", SPDX + 'x = "SELECT a "\n  "FROM b";\n', "text of a query"),
    ("queries", "a catalog in the policy", "policy/a.cc", SPDX + 'x = "left join pg_class c";\n', "text of a query"),
    ("queries", "a change in the policy", "policy/a.cc", SPDX + 'x = "update t set a = 1";\n', "text of a query"),
    ("tokens", "libuv outside net", SESSION, SPDX + "#include <uv.h>\n", "only gateway/net"),
    ("tokens", "libpq outside upstream", "gateway/net/loop.cc", SPDX + "#include <libpq-fe.h>\n", "only gateway/upstream"),
    ("tokens", "spdlog outside telemetry", "gateway/net/loop.cc", SPDX + "#include <spdlog/spdlog.h>\n", "telemetry"),
    ("tokens", "libpg_query outside the reader", SESSION, SPDX + "#include <pg_query.h>\n", "only policy/reader"),
    ("tokens", "a thread in a pure folder", SESSION, SPDX + "#include <thread>\n", "no threads"),
    ("tokens", "a mutex in a pure folder", "mcp/tools.cc", SPDX + "#include <mutex>\n", "no threads"),
    ("tokens", "a file in a pure folder", "policy/judge.cc", SPDX + "#include <fstream>\n", "no files"),
    ("tokens", "a clock in a pure folder", SESSION, SPDX + "auto t = std::chrono::steady_clock::now();\n", "time is passed in"),
    ("tokens", "a clock by another name", "gateway/auth/a.cc", SPDX + "auto t = Clock::now();\n", "time is passed in"),
    ("tokens", "time() in a pure folder", SESSION, SPDX + "auto t = time(nullptr);\n", "time is passed in"),
    ("tokens", "randomness in a pure folder", SESSION, SPDX + "std::random_device seed;\n", "randomness"),
    ("tokens", "the environment in a pure folder", SESSION, SPDX + 'getenv("A");\n', "configuration is passed in"),
    ("tokens", "iostream in a library", SESSION, SPDX + "#include <iostream>\n", "do not print"),
    ("tokens", "a shared session", SESSION, SPDX + "std::shared_ptr<session::Session> s;\n", "one owner"),
    ("tokens", "delete this", SESSION, SPDX + "void f() { delete this; }\n", "reaps"),
    ("tokens", "an exception of ours", SESSION, SPDX + "void f() { throw 1; }\n", "no exception of ours"),
    ("tokens", "sleep_for in a test", "tests/unit/frame_test.cc", SPDX + "std::this_thread::sleep_for(1s);\n", "condition"),
    ("tokens", "usleep in a test", "tests/unit/frame_test.cc", SPDX + "usleep(10);\n", "condition"),
    ("tokens", "sleep in a test", "tests/unit/frame_test.cc", SPDX + "sleep(1);\n", "condition"),
    ("tokens", "time.sleep in a test", "tests/integration/test_a.py", CMAKE_SPDX + "time.sleep(1)\n", "condition"),
    ("tokens", "asyncio.sleep in a test", "tests/integration/test_a.py", CMAKE_SPDX + "await asyncio.sleep(1)\n", "condition"),
    ("headers", "no #pragma once", "gateway/pgwire/frame.h", SPDX, "no #pragma once"),
    ("headers", "a commented #pragma once", "gateway/pgwire/frame.h", SPDX + "/*\n#pragma once\n*/\n", "no #pragma once"),
    ("headers", "using namespace", "gateway/pgwire/frame.h", HEADER + "using namespace std;\n", "using namespace"),
    ("licence", "a source without a licence line", SESSION, "int x;\n", "session.cc: no 'SPDX"),
    ("licence", "a CMake list without one", "tests/unit/CMakeLists.txt", "project(x)\n", "CMakeLists.txt: no 'SPDX"),
    ("licence", "a script without one", "scripts/build", "#!/bin/sh\n:\n", "scripts/build: no 'SPDX"),
    ("text", "a TODO", SESSION, SPDX + "// TODO later\n", "finish it"),
    ("text", "a FIXME", "docs/a.md", "FIXME\n", "finish it"),
    ("text", "a path of one machine", "docs/a.md", "see /work/x\n", "a path of one machine"),
    ("text", "root's home", "docs/a.md", "cd `/root/x`\n", "a path of one machine"),
    ("text", "Debian's host", "scripts/get", "curl http://deb." + "debian.org/x\n", "package host"),
    ("text", "a registry", "docs/a.md", "https://registry." + "npmjs.org\n", "package host"),
    ("folders", "utils", "gateway/utils/a.h", HEADER, "'utils' says nothing"),
    ("folders", "common", "tests/common/a.py", CMAKE_SPDX, "'common' says nothing"),
    ("architecture", "no ARCHITECTURE.md", "ARCHITECTURE.md", None, "does not exist"),
    ("architecture", "one that is too long", "ARCHITECTURE.md", ARCHITECTURE + "x\n" * 250, "more than 250"),
    ("architecture", "a path that is not there", "ARCHITECTURE.md", ARCHITECTURE + "`gateway/relay/relay.cc`\n",
     "gateway/relay/relay.cc does not exist"),
    ("architecture", "a braced path that is half there", "ARCHITECTURE.md", ARCHITECTURE + "gateway/net/loop.{h,cc}\n",
     "gateway/net/loop.h does not exist"),
    ("invariants", "an invariant without a test", "ARCHITECTURE.md", ARCHITECTURE + "| 3 | Hope. | review |\n", "names no test"),
    ("invariants", "a test that is not there", "ARCHITECTURE.md", ARCHITECTURE + "| 3 | x | `Frame.Sings` |\n",
     "there is no test Frame.Sings"),
    ("invariants", "a pytest that is not there", "ARCHITECTURE.md", ARCHITECTURE + "| 3 | x | `test_a.py::test_b` |\n",
     "there is no test test_a.py::test_b"),
    ("named_tests", "a document that is not there", DOCUMENT, None, "does not exist"),
    ("named_tests", "a test that is not there", DOCUMENT, NAMING + "See `test_a.py::test_b`.\n",
     "there is no test test_a.py::test_b"),
    ("named_tests", "a row without a test", DOCUMENT, NAMING + "| `COPY` | review |\n", "this row names no test"),
    ("invariants", "no invariants", "ARCHITECTURE.md", "# Architecture\n", "no numbered row"),
    ("pitfalls", "no list of them", "docs/pitfalls.md", None, "does not exist"),
    ("pitfalls", "an empty one", "docs/pitfalls.md", "# Pitfalls\n", "no numbered row"),
    ("pitfalls", "neither test nor reason", "docs/pitfalls.md", PITFALLS + "| 3 | x | seen once |\n", "neither a test"),
    ("pitfalls", "a gap", "docs/pitfalls.md", PITFALLS + "| 4 | x | `tidy.text` |\n", "where 3 should"),
    ("named_tests", "a test that is not there", "docs/a.md", "See `Frame.Sings`.\n", "there is no test Frame.Sings"),
    ("named_tests", "a script that is not there", "docs/a.md", "`script: loud`\n", "there is no test script: loud"),
]  # fmt: skip

# Things that look bad and are not: (rule, file, text).
HARMLESS = [
    ("tokens", SESSION, SPDX + "// never throw, never sleep_for() here, no steady_clock::now()\n"),
    ("tokens", SESSION, SPDX + 'auto s = "throw delete this";\n'),
    ("tokens", SESSION, SPDX + 'auto s = R"(say "hi"; throw)"; auto n = 1\'000\'000; char c = \'"\';\n'),
    ("tokens", "tests/unit/frame_test.cc", SPDX + 'auto sql = "SELECT pg_sleep(1)"; pg_sleep(1);\n'),
    ("tokens", "tests/integration/harness/waiting.py", CMAKE_SPDX + "time.sleep(0.01)\n"),
    ("text", SESSION, SPDX + 'auto t = "/tmp/postern-XXXXXX"; auto state = "XX000";\n'),
    ("text", "docs/a.md", "Debian has it; see build/work/x and docs/root/a.\n"),
    ("libraries", "policy/rules/a.cc", SPDX),
    ("includes", SESSION, SPDX + '// #include <uv.h>\n#include <string.h>\n'),
    ("sources", LISTS, GOOD[LISTS] + "configure_file(a.cc.in a.cc)\nfoo(${CMAKE_CURRENT_BINARY_DIR}/a.cc)\n"),
]  # fmt: skip


def report(rule, changes):
    with tempfile.TemporaryDirectory(prefix="postern-tidy-") as folder:
        for name, text in {**GOOD, **changes}.items():
            if text is None:
                continue
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755 if text.startswith("#!") else 0o644)
        return tidy.broken(rule, folder)


class Rules(unittest.TestCase):
    def test_accept_the_good_tree(self):
        for rule in tidy.RULES:
            with self.subTest(rule):
                self.assertEqual(report(rule, {}), [])

    def test_report_each_bad_tree(self):
        for rule, about, name, text, expected in BAD:
            with self.subTest(rule=rule, about=about):
                lines = report(rule, {name: text})
                self.assertTrue(any(expected in line for line in lines), f"{expected!r} not in {lines}")

    def test_accept_what_only_looks_bad(self):
        for rule, name, text in HARMLESS:
            with self.subTest(rule=rule, text=text):
                self.assertEqual(report(rule, {name: text}), [])

    def test_have_a_bad_tree_each(self):
        self.assertEqual(set(tidy.RULES) - {rule for rule, *_ in BAD}, set())

    def test_are_run_by_ctest_each(self):
        text = (Path(__file__).parent / "CMakeLists.txt").read_text(encoding="utf-8")
        listed = re.search(r"set\(TIDY_RULES\s+([^)]*)\)", text)[1].split()
        self.assertEqual(set(listed), set(tidy.RULES))


if __name__ == "__main__":
    unittest.main()
