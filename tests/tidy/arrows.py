# SPDX-License-Identifier: Apache-2.0
"""The dependency arrows: one table, compared with the #include lines and with DEPENDS in CMake.

A module may include what it reaches over arrows to modules of ours; of third-party libraries only
those that it names itself. Its library lists what its own files include, and nothing that they do not.
"""

import re
from pathlib import PurePosixPath

from tree import numbered

# module: (modules of ours, third-party libraries). ARCHITECTURE.md draws this table.
ARROWS = {
    "policy": ({"policy/reader", "policy/catalog", "policy/resolver", "policy/rules"}, set()),
    "policy/reader": ({"policy"}, {"pg_query"}),
    "policy/catalog": (set(), {"json"}),
    "policy/resolver": ({"policy", "policy/catalog", "policy/reader"}, {"pg_query"}),
    "policy/rules": ({"policy", "policy/catalog", "policy/resolver"}, set()),
    "policy/plan": ({"policy", "policy/catalog", "policy/rules"}, {"json"}),
    "mcp": ({"policy"}, {"json"}),
    "gateway/pgwire": (set(), set()),
    "gateway/auth": (set(), {"openssl"}),
    "gateway/session": ({"gateway/pgwire", "gateway/auth", "policy", "policy/plan"}, set()),
    "gateway/net": (set(), {"uv", "openssl", "posix"}),
    "gateway/upstream": ({"gateway/net", "gateway/pgwire", "policy/catalog"}, {"libpq", "openssl", "posix"}),
    "gateway/admin": ({"gateway/net"}, {"fmt", "posix"}),
    "gateway/http": ({"gateway/net"}, {"llhttp"}),
    "gateway/audit": (set(), {"openssl", "posix"}),
    # The command line tools on audit files: know no loop and no configuration.
    "gateway/audit_tool": ({"gateway/audit"}, {"fmt", "json", "posix"}),
    "gateway/telemetry": (set(), {"spdlog", "json", "prometheus"}),
    "gateway/config": ({"policy", "policy/catalog", "policy/rules"}, {"yaml-cpp", "fmt", "posix"}),
    "gateway/profiles": (
        {"gateway/config", "gateway/net", "gateway/upstream", "gateway/telemetry", "policy", "policy/catalog"},
        set(),
    ),
    "gateway/relay": (
        {"gateway/admin", "gateway/config", "gateway/profiles", "gateway/session", "gateway/upstream", "gateway/net", "gateway/audit", "gateway/telemetry"},
        {"fmt"},
    ),
    "gateway/demo": ({"gateway/config"}, {"fmt", "posix"}),
    # The command line tool on the engine: knows no wire, only what a session makes of names.
    "gateway/check": (
        {"gateway/auth", "gateway/config", "gateway/profiles", "gateway/session", "gateway/upstream", "policy"},
        {"json", "fmt"},
    ),
    # Command line tools on the same engine.
    "gateway/grants": ({"gateway/check", "gateway/config", "gateway/upstream", "policy", "policy/catalog"}, set()),
    "gateway/doctor": (
        {"gateway/check", "gateway/config", "gateway/grants", "gateway/upstream", "policy", "policy/catalog"},
        {"json"},
    ),
    "gateway/suggest": ({"gateway/check", "gateway/config", "policy", "policy/catalog"}, {"json"}),
    # main.cc and server.{h,cc}: they wire everything.
    "gateway": (
        {
            "gateway/admin", "gateway/auth", "gateway/audit", "gateway/audit_tool", "gateway/check", "gateway/config", "gateway/demo",
            "gateway/doctor", "gateway/grants", "gateway/http", "gateway/net", "gateway/pgwire", "gateway/profiles",
            "gateway/relay", "gateway/session", "gateway/suggest",
            "gateway/telemetry",
            "gateway/upstream", "policy", "policy/catalog", "mcp",
        },
        {"cli11", "fmt", "json", "openssl", "posix"},
    ),
}  # fmt: skip

# First match wins. A header without a slash and dot is the standard library's.
LIBRARY_OF_HEADER = (
    ("std", re.compile(r"^[a-z_0-9]+$")),
    ("uv", re.compile(r"^uv(\.h|/)")),
    ("libpq", re.compile(r"^(postgresql/)?(libpq-fe|libpq-events|pg_config|postgres_ext)\.h$|^libpq/")),
    ("openssl", re.compile(r"^openssl/")),
    ("spdlog", re.compile(r"^spdlog/")),
    ("fmt", re.compile(r"^fmt/")),
    ("prometheus", re.compile(r"^prometheus/")),
    ("yaml-cpp", re.compile(r"^yaml-cpp/")),
    ("json", re.compile(r"^nlohmann/")),
    ("cli11", re.compile(r"^CLI/")),
    ("llhttp", re.compile(r"^llhttp\.h$")),
    ("pg_query", re.compile(r"^pg_query|^(postgres|postgres_deparse)\.h$|^\w+\.(funcs|switch)\.c$|^(nodes|utils|parser|catalog|mb|common)/")),
    ("std", re.compile(r"^(stdint|stddef|stdbool|string|stdlib|stdio|setjmp|limits|errno|assert|inttypes|math|ctype)\.h$")),
    ("posix", re.compile(
        r"^(sys|netinet|arpa|net|linux)/[a-z_]+\.h$"
        r"|^(unistd|fcntl|poll|netdb|pwd|grp|signal|time|spawn|dirent|termios|ftw|glob|syslog|sched)\.h$")),
)  # fmt: skip

LIBRARY_OF_TARGET = {
    "PkgConfig::LIBUV": "uv",
    "PostgreSQL::PostgreSQL": "libpq",
    "OpenSSL::SSL": "openssl",
    "OpenSSL::Crypto": "openssl",
    "spdlog::spdlog": "spdlog",
    "spdlog::spdlog_header_only": "spdlog",
    "fmt::fmt": "fmt",
    "fmt::fmt-header-only": "fmt",
    "PkgConfig::PROMETHEUS_CORE": "prometheus",
    "PkgConfig::YAML_CPP": "yaml-cpp",
    "nlohmann_json::nlohmann_json": "json",
    "CLI11::CLI11": "cli11",
    "postern_llhttp": "llhttp",
    "postern_pg_query": "pg_query",
    "Threads::Threads": "posix",
}
NEED_NO_TARGET = {"posix"}
# Folders that are part of library policy.
PARTS_OF_POLICY = ("policy/reader", "policy/resolver", "policy/rules")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
DECLARATION = re.compile(r"\b(postern_library|target_link_libraries)\s*\(([^)]*)\)")


def module_of(path):
    folder = PurePosixPath(path).parent
    if len(folder.parts) > 1 and str(folder).startswith("gateway/") and str(folder) not in ARROWS:
        folder = PurePosixPath(*folder.parts[:2])
        return str(folder) if str(folder) in ARROWS else None
    while str(folder) not in (".", ""):
        if str(folder) in ARROWS:
            return str(folder)
        folder = folder.parent
    return None


def reached(module):
    seen, open_ends = set(), [module]
    while open_ends:
        for target in ARROWS[open_ends.pop()][0]:
            if target not in seen:
                seen.add(target)
                open_ends.append(target)
    return seen


def library_of_header(header):
    for library, pattern in LIBRARY_OF_HEADER:
        if pattern.match(header):
            return library
    return None


def includes(tree):
    """Yields (file, line number, module, header, is it ours) for every #include of the product."""
    for name in tree.sources("gateway", "policy", "mcp"):
        for number, line in numbered(tree.code(name)):
            match = INCLUDE.match(line)
            if match:
                ours = match[2].startswith(("gateway/", "policy/", "mcp/", "tests/"))
                yield name, number, module_of(name), match[2], ours


def check_includes(tree):
    """Every #include follows an arrow of the table."""
    for name, number, module, header, ours in includes(tree):
        where = f"{name}:{number}: "
        if module is None:
            yield f"{where}its folder has no row in tests/tidy/arrows.py"
        elif header.startswith("tests/"):
            yield f"{where}the product includes a test header, {header}"
        elif ours:
            target = module_of(header)
            if not tree.exists(header):
                yield f"{where}{header} does not exist"
            elif target != module and target not in reached(module):
                yield f"{where}no arrow {module} -> {target} ({header})"
        else:
            library = library_of_header(header)
            if library is None:
                yield f"{where}<{header}> belongs to no library that tests/tidy/arrows.py knows"
            elif library != "std" and library not in ARROWS[module][1]:
                yield f"{where}no arrow {module} -> {library} (<{header}>)"


def module_of_target(target):
    """postern_net -> gateway/net, postern_policy -> policy, postern_policy_catalog -> policy/catalog.

    postern_server is what the executable links besides main.cc: both are `gateway`."""
    if target in ("postern", "postern_server"):
        return "gateway"
    if not target.startswith("postern_"):
        return None
    name = target.removeprefix("postern_").replace("policy_", "policy/")
    for module in (name, f"gateway/{name}", f"policy/{name}"):
        if module in ARROWS:
            return module
    return None


def declared(tree):
    """Yields (CMake file, module, DEPENDS) of every library of ours."""
    for name in tree.files:
        if not name.endswith("CMakeLists.txt") or name.startswith("tests/"):
            continue
        text = re.sub(r"#[^\n]*", "", tree.text(name))
        for call, arguments in DECLARATION.findall(text):
            words = arguments.split()
            module = module_of_target(words[0]) if words else None
            if module is None:
                continue
            if call == "postern_library":
                words = words[words.index("DEPENDS") + 1 :] if "DEPENDS" in words else []
            keywords = {"PUBLIC", "PRIVATE", "INTERFACE", "postern_flags"}
            yield name, module, [word for word in words[call != "postern_library" :] if word not in keywords]


def _owner(module, libraries):
    """Parts of policy may be libraries of their own."""
    return "policy" if module in PARTS_OF_POLICY and module not in libraries else module


def check_depends(tree):
    """DEPENDS of each library follows the arrows, covers its includes, and holds nothing unused."""
    libraries, places = {}, {}
    for name, module, depends in declared(tree):
        libraries.setdefault(module, set())
        places[module] = name
        for target in depends:
            if module_of_target(target) == module:
                continue
            item = module_of_target(target) or LIBRARY_OF_TARGET.get(target)
            if item is None:
                yield f"{name}: {target} is no target that tests/tidy/arrows.py knows"
            else:
                libraries[module].add(item)
    used = {module: set() for module in libraries}
    for name, number, module, header, ours in includes(tree):
        module = _owner(module, libraries) if module else None
        item = _owner(module_of(header), libraries) if ours and module_of(header) else library_of_header(header)
        if module in used and item not in (None, "std", module):
            used[module].add(item)
    for module, items in libraries.items():
        place = places[module]
        allowed = set(reached(module)) | ARROWS[module][1]
        for part in PARTS_OF_POLICY if module == "policy" else ():
            allowed |= ARROWS[part][1]
        for item in sorted(items - allowed - NEED_NO_TARGET):
            yield f"{place}: no arrow {module} -> {item}"
        if module != "gateway":
            for item in sorted(items - used[module] - NEED_NO_TARGET):
                yield f"{place}: {module} depends on {item} but includes nothing of it"
        linked, open_ends = set(), [module]
        while open_ends:
            for item in libraries.get(open_ends.pop(), set()) - linked:
                linked.add(item)
                open_ends.append(item)
        for item in sorted(used[module] - linked - NEED_NO_TARGET):
            yield f"{place}: {module} includes headers of {item} but does not depend on it"


def check_libraries(tree):
    """Every folder with sources declares one library of its own."""
    modules = {module_of(name) for name in tree.sources("gateway", "policy", "mcp") if name.endswith((".cc", ".c"))}
    libraries = {module for _, module, _ in declared(tree)}
    for module in sorted(modules - libraries - {None, *PARTS_OF_POLICY}):
        yield f"{module}: no postern_library(postern_{module.split('/')[-1]} …) declares it"
