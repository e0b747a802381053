# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL itself finds in a statement, without running it: the error of a Parse, what Describe
tells of the output, the analysed query of a view or function made of it, and that object's pg_depend."""

import contextlib
import dataclasses

import psycopg

from . import node_tree

FIRST_USER_OID = 16384
# FirstLowInvalidHeapAttributeNumber: selectedCols counts from it (access/sysattr.h).
LOWEST_ATTRIBUTE = -7
SYSTEM_COLUMNS = {-1: "ctid", -2: "xmin", -3: "cmin", -4: "xmax", -5: "cmax", -6: "tableoid"}
# utils/acl.h
ACCESS = {1: "insert", 2: "read", 4: "update", 8: "delete"}
EXPLICIT_FORMATS = ("0", "3")  # COERCE_EXPLICIT_CALL, COERCE_SQL_SYNTAX

BASE_TYPES = """
WITH RECURSIVE base(type, at) AS (
  SELECT oid, typbasetype FROM pg_type WHERE typtype = 'd'
  UNION ALL SELECT type, typbasetype FROM base JOIN pg_type t ON t.oid = at WHERE typtype = 'd')
SELECT format_type(type, NULL), format_type(at, NULL) FROM base JOIN pg_type t ON t.oid = at
WHERE typtype <> 'd'"""
# Of a domain over a row type: that of the row type.
ROW_TYPES = """
WITH RECURSIVE row(type, relation) AS (
  SELECT reltype, oid FROM pg_class WHERE reltype <> 0
  UNION ALL SELECT t.oid, relation FROM row JOIN pg_type t ON t.typbasetype = type)
SELECT type::int8, relation::int8 FROM row"""
SCRATCH = """
CREATE SCHEMA oracle_scratch;
CREATE TABLE oracle_scratch.type_check AS
WITH RECURSIVE base(type, at) AS (
  SELECT oid, oid FROM pg_type WHERE typtype = 'd'
  UNION SELECT type, typbasetype FROM base JOIN pg_type t ON t.oid = at WHERE typtype = 'd')
SELECT type, d.refobjid AS function FROM base JOIN pg_constraint c ON c.contypid = at
JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = c.oid
WHERE d.refclassid = 'pg_proc'::regclass;
"""
FUNCTIONS = """
SELECT p.oid::int8, nspname, proname,
  (SELECT COALESCE(string_agg(format_type(t, NULL), ', ' ORDER BY n), '')
   FROM unnest(proargtypes) WITH ORDINALITY AS a(t, n)) AS arguments
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"""
DEPENDENCIES = """
SELECT refclassid::regclass::text, refobjid::int8, refobjsubid FROM pg_depend
WHERE (classid, objid) IN (SELECT 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE ev_class = %(oid)s
                           UNION ALL SELECT 'pg_proc'::regclass, %(oid)s)
  AND deptype = 'n' AND refobjid <> %(oid)s"""


@dataclasses.dataclass
class Output:
    name: str
    type: str  # of a domain: its base type
    relation: int
    column: int


@dataclasses.dataclass
class Truth:
    sqlstate: str = ""
    said: str = ""
    outputs: list = dataclasses.field(default_factory=list)
    # (relation, access, columns read, columns written) of each place that names a relation, sorted
    uses: list = dataclasses.field(default_factory=list)
    # Functions that are not built in and run, whatever calls them: by signature
    functions: set = dataclasses.field(default_factory=set)
    # Names of all functions that the text calls as such
    calls: set = dataclasses.field(default_factory=set)
    # pg_depend: (relation, column), "" where it has no column; functions by signature
    depends: set = dataclasses.field(default_factory=set)
    depended_functions: set = dataclasses.field(default_factory=set)
    # Relations whose row type is taken apart though they need not be in FROM
    row_types: set = dataclasses.field(default_factory=set)
    # No view can hold it: it was only parsed
    is_only_described: bool = False


def _operators(node):
    """OIDs of the operators that a node runs."""
    yield from (int(node[key]) for key in ("opno", "eqop", "sortop") if key in node)
    yield from node_tree.numbers(node.get("opnos"))


def _columns(bitmap):
    return [number + LOWEST_ATTRIBUTE for number in node_tree.numbers(bitmap)]


def _own_relations(query):
    """(range-table entry, permissions) of the relations in one query's range table."""
    conflict = query["onConflict"]
    excluded = int(conflict["exclRelIndex"]) if isinstance(conflict, dict) else 0
    entries = query["rtable"] if isinstance(query["rtable"], list) else []
    for number, entry in enumerate(entries, 1):
        if entry["rtekind"] != "0" or number == excluded:
            continue
        if "perminfoindex" not in entry:
            yield entry, entry
        elif entry["perminfoindex"] != "0":
            yield entry, query["rteperminfos"][int(entry["perminfoindex"]) - 1]


class Oracle:
    def __init__(self, connection, search_path):
        """`connection` may create; what it creates is rolled back."""
        self.connection = connection
        connection.prepare_threshold = None  # a plan would keep the OID of what the name meant first
        connection.execute(SCRATCH)
        # With an empty path format_type() names every schema.
        connection.execute("SELECT set_config('search_path', '', false)")
        rows = connection.execute(FUNCTIONS).fetchall()
        self.names = {row[0]: row[2] for row in rows}
        self.signatures = {row[0]: f"{row[1]}.{row[2]}({row[3]})" for row in rows}
        self.operators = dict(connection.execute("SELECT oid::int8, oprcode::oid::int8 FROM pg_operator"))
        self.relations = dict(connection.execute(
            "SELECT c.oid::int8, nspname || '.' || relname FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = relnamespace"))
        self.columns = {(row[0], row[1]): row[2] for row in connection.execute(
            "SELECT attrelid::int8, attnum, attname FROM pg_attribute WHERE NOT attisdropped")}
        self.columns |= {(oid, number): name for oid in self.relations
                         for number, name in SYSTEM_COLUMNS.items()}
        self.columns |= {(oid, 0): "*" for oid in self.relations}
        self.row_types = dict(connection.execute(ROW_TYPES))
        self.types = dict(connection.execute("SELECT oid::int8, format_type(oid, NULL) FROM pg_type"))
        self.base_types = dict(connection.execute(BASE_TYPES))
        self.checks = {}
        for domain, function in connection.execute(
                "SELECT type::int8, function::int8 FROM oracle_scratch.type_check"):
            self.checks.setdefault(domain, set()).add(function)
        connection.execute("SELECT set_config('search_path', %s, false)", [search_path])

    def ask(self, sql, is_query=True):
        truth = Truth()
        try:
            truth.outputs = self._described(sql)
        except psycopg.Error as error:
            truth.sqlstate = error.sqlstate
            truth.said = str(error).splitlines()[0]
            return truth
        try:
            self._analyse(sql, is_query, truth)
        except psycopg.Error as error:
            truth.is_only_described = True
            truth.said = str(error).splitlines()[0]
        return truth

    def _described(self, sql):
        wire = self.connection.pgconn
        for result in (wire.prepare(b"", sql.encode()), wire.describe_prepared(b"")):
            if result.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
                raise psycopg.errors.error_from_result(result)
        return [Output(result.fname(i).decode(), self.types.get(result.ftype(i), "?"), result.ftable(i),
                       result.ftablecol(i)) for i in range(result.nfields)]

    @contextlib.contextmanager
    def _undone(self):
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def _analyse(self, sql, is_query, truth):
        with self._undone():
            if is_query:
                self._run(f"CREATE TEMP VIEW q AS SELECT 1 AS one FROM ({sql}\n) AS q")
                source = "SELECT 'q'::regclass::oid::int8, (SELECT ev_action FROM pg_rewrite" \
                         " WHERE ev_class = 'q'::regclass)"
            else:
                self._run("CREATE FUNCTION oracle_scratch.q() RETURNS int LANGUAGE sql"
                          f" BEGIN ATOMIC {sql}\n; SELECT 1; END")
                source = "SELECT oid::int8, prosqlbody FROM pg_proc" \
                         " WHERE oid = 'oracle_scratch.q'::regproc"
            oid, tree = self.connection.execute(source).fetchone()
            self._read_tree(node_tree.read(tree), oid, truth)
            self._read_dependencies(oid, truth)

    def _run(self, text):
        """The text as it is: no % in it means a parameter."""
        result = self.connection.pgconn.exec_(text.encode())
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)

    def _read_tree(self, tree, own, truth):
        functions = set()
        implied = set()  # what JSON_ARRAYAGG and its like are made of: the text calls no such function
        for node in node_tree.nodes(tree):
            if node[node_tree.NAME] == "QUERY":
                truth.uses += [self._use(entry, permissions)
                               for entry, permissions in _own_relations(node) if int(entry["relid"]) != own]
            functions.update(self.operators.get(oid, 0) for oid in _operators(node))
            for key in ("funcid", "aggfnoid", "winfnoid"):
                if key not in node:
                    continue
                functions.add(int(node[key]))
                if node.get("funcformat", "0") in EXPLICIT_FORMATS and id(node) not in implied:
                    truth.calls.add(self.names[int(node[key])])
            if node[node_tree.NAME] == "JSONCONSTRUCTOREXPR":
                implied.add(id(node["func"]))
            if node[node_tree.NAME] == "COERCETODOMAIN":
                functions |= self.checks.get(int(node["resulttype"]), set())
            truth.row_types |= self._row_types(node)
        truth.uses.sort()
        truth.functions = {self.signatures[oid] for oid in functions if oid >= FIRST_USER_OID}

    def _use(self, entry, permissions):
        oid = int(entry["relid"])
        read = sorted(self.columns[oid, one] for one in _columns(permissions["selectedCols"]))
        written = _columns(permissions["insertedCols"]) + _columns(permissions["updatedCols"])
        access = int(permissions["requiredPerms"])
        return (self.relations[oid], tuple(word for bit, word in ACCESS.items() if access & bit),
                tuple(read), tuple(sorted({self.columns[oid, one] for one in written})))

    def _row_types(self, node):
        """Relations whose row type a node mentions."""
        keys = ("vartype", "resulttype", "funcresulttype", "row_typeid", "consttype")
        types = [node.get(key) for key in keys]
        return {self.relations[self.row_types[int(one)]]
                for one in types if isinstance(one, str) and one.isdigit() and int(one) in self.row_types}

    def _read_dependencies(self, oid, truth):
        for kind, other, column in self.connection.execute(DEPENDENCIES, {"oid": oid}):
            if kind == "pg_class":
                name = self.columns[other, column] if column else ""
                truth.depends.add((self.relations[other], name))
            elif kind == "pg_proc":
                truth.depended_functions.add(self.signatures[other])
            elif kind == "pg_operator":
                truth.depended_functions.add(self.signatures[self.operators[other]])
