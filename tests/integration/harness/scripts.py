# SPDX-License-Identifier: Apache-2.0
"""The corpus of byte scripts: what clients may send, in which order. Every script must leave the
database as it found it, so that it gives the same bytes when it runs again."""

from dataclasses import dataclass, field

from .wire import (COPY_DONE, FLUSH, SYNC, bind, close, copy_data, copy_fail, describe, execute,
                   parse, query, run)


CLOSED = "closed"  # the server ends the connection


@dataclass
class Step:
    data: bytes
    until: str = "Z"  # the message types that end the step, or CLOSED …
    count: int = 1    # … the how manieth of them


@dataclass
class Script:
    name: str
    steps: list
    big: bool = False
    parameters: dict = field(default_factory=dict)


def script(name, *steps, **options):
    """A step is bytes answered by one ReadyForQuery, or a Step."""
    return Script(name, [step if isinstance(step, Step) else Step(step) for step in steps],
                  **options)


def pipelined(*units):
    """Units that each end in a ReadyForQuery, sent in one write."""
    return Step(b"".join(units), count=len(units))


SIMPLE = [
    script("select", query("SELECT 1 AS one, 'two' AS two, NULL AS nothing")),
    script("every type", query("SELECT * FROM samples")),
    script("no rows", query("SELECT * FROM accounts WHERE false")),
    script("no columns", query("SELECT FROM accounts LIMIT 2")),
    script("empty", query("")),
    script("only a semicolon", query(";")),
    script("only a comment", query("-- nothing here")),
    script("only a block comment", query("/* nothing */ ; /* at all */")),
    script("several statements", query("SELECT 1; SELECT 2; SELECT 3")),
    script("empty ones among several", query(";;SELECT 1;;")),
    script("error in the middle", query("SELECT 1; SELECT 1/0; SELECT 2"), query("SELECT 3")),
    script("semantic error with position", query("SELECT id, no_such FROM accounts")),
    script("error with hint", query("SELECT ownr FROM accounts")),
    script("error with detail", query("SELECT fail('it broke')")),
    script("error of a constraint", query("UPDATE accounts SET balance = -1 WHERE id = 1")),
    script("syntax error", query("SELEC 1"), query("SELECT 1")),
    script("syntax error at the end", query("SELECT 1 FROM"), query("SELECT 1")),
    script("syntax error after a good statement", query("SELECT 1; FROM x"), query("SELECT 1")),
    script("syntax error behind multi-byte characters", query("SELECT 'ü🐘', 'ö' FROM FROM")),
    script("unterminated string", query("SELECT 'abc")),
    script("notices", query("SELECT complain('a')"), query("SELECT complain('b'), complain('c')")),
    script("notice before an error", query("SELECT complain('a'), fail('b')")),
    script("raised notice of DDL", query("DROP TABLE IF EXISTS no_such_table")),
    script("pipelined queries", pipelined(*(query(f"SELECT {i}") for i in range(20)))),
    script("pipelined, one fails",
           pipelined(query("SELECT 1"), query("SELECT 1/0"), query("SELECT 2"))),
    script("setting reported", query("SET TimeZone = 'Asia/Tokyo'"), query("SHOW TimeZone"),
           query("RESET TimeZone")),
    script("application name reported", query("SET application_name = 'someone'"),
           query("SHOW application_name")),
    script("startup parameters", query("SHOW application_name"), query("SHOW DateStyle"),
           parameters={"application_name": "mine", "DateStyle": "German"}),
    script("long text", query("SELECT length('" + "x" * 100_000 + "')")),
    script("standard strings", query(r"SELECT 'a\nb', E'a\nb', U&'\0041', $$a'b$$")),
]

TRANSACTIONS = [
    script("commit", query("BEGIN"), query("SELECT 1"), query("COMMIT")),
    script("rollback", query("BEGIN"), query("INSERT INTO scratch VALUES (1, 'a')"),
           query("ROLLBACK"), query("SELECT count(*) FROM scratch")),
    script("aborted", query("BEGIN"), query("SELECT 1/0"), query("SELECT 1"), query("ROLLBACK")),
    script("failed commit", query("BEGIN"), query("SELECT 1/0"), query("COMMIT"),
           query("SELECT 1")),
    script("savepoint", query("BEGIN"), query("SAVEPOINT s"), query("SELECT 1/0"),
           query("ROLLBACK TO s"), query("SELECT 1"), query("RELEASE s"), query("COMMIT")),
    script("in one message", query("BEGIN; SELECT 1; COMMIT; SELECT 2")),
    script("implicit one fails", query("INSERT INTO scratch VALUES (7, 'a'); SELECT 1/0"),
           query("SELECT count(*) FROM scratch")),
    script("warnings", query("COMMIT"), query("ROLLBACK"), query("BEGIN; BEGIN"), query("COMMIT")),
    script("isolation", query("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE"),
           query("SHOW transaction_isolation"), query("COMMIT AND CHAIN"),
           query("SHOW transaction_isolation"), query("ROLLBACK")),
    script("pipelined begin and failure", pipelined(query("BEGIN"), query("SELECT 1/0"),
                                                    query("SELECT 1"), query("COMMIT"))),
    script("setting undone by rollback", query("BEGIN"), query("SET DateStyle = 'German'"),
           query("ROLLBACK"), query("SHOW DateStyle")),
    script("setting undone by rollback to", query("BEGIN; SAVEPOINT a; SET DateStyle = 'German'"),
           query("ROLLBACK TO a"), query("SHOW DateStyle"), query("COMMIT")),
    script("local setting", query("BEGIN; SET LOCAL DateStyle = 'German'"), query("SHOW DateStyle"),
           query("COMMIT"), query("SHOW DateStyle")),
]

EXTENDED = [
    script("unnamed", run("SELECT $1::int + 1", "41") + SYNC),
    script("sync alone", SYNC, SYNC),
    script("several syncs", pipelined(SYNC, SYNC, run("SELECT 1") + SYNC, SYNC)),
    script("named", parse("SELECT $1::text", "s") + describe(b"S", "s") + SYNC,
           bind("a", name="s") + execute() + bind("b", name="s") + execute() + SYNC,
           close(b"S", "s") + SYNC, bind("c", name="s") + execute() + SYNC),
    script("binary", parse("SELECT $1::int8, now() - now(), $2") +
           bind(b"\0\0\0\0\0\0\0\x2a", "t", formats=(1, 0), result_formats=(1,)) +
           describe(b"P") + execute() + SYNC),
    script("typed at Parse", parse("SELECT $1, $2", "", (23, 25)) + describe(b"S") +
           bind("1", "x") + execute() + SYNC),
    script("wrong type", parse("SELECT $1::int") + bind("x") + execute() + SYNC),
    script("missing values", parse("SELECT $1::int") + bind() + execute() + SYNC),
    script("no data", run("SET DateStyle = 'ISO'") + SYNC),
    script("empty statement", run("") + SYNC, run("-- comment") + SYNC),
    script("two statements in a Parse", parse("SELECT 1; SELECT 2") + SYNC, query("SELECT 3")),
    script("syntax error in Parse", run("SELEC 1") + SYNC, run("SELECT 1") + SYNC),
    script("syntax error in mid-pipeline",
           run("SELECT 1") + run("SELEC 2") + run("SELECT 3") + SYNC, run("SELECT 4") + SYNC),
    script("error in mid-pipeline",
           run("SELECT 1") + run("SELECT 1/0") + run("SELECT 2") + SYNC, run("SELECT 3") + SYNC),
    script("error at Parse in mid-pipeline",
           run("SELECT 1") + run("SELECT no_such") + run("SELECT 2") + SYNC),
    script("errors in several units",
           pipelined(run("SELECT 1/0") + run("SELECT 1") + SYNC, run("SELECT 2") + SYNC,
                     parse("SELECT nope") + SYNC, run("SELECT 3") + SYNC)),
    script("error, then a Query before Sync", run("SELECT 1/0") + query("SELECT 1") + SYNC),
    script("Query inside a unit", Step(run("SELECT 1") + query("SELECT 2") + SYNC, count=2)),
    script("implicit transaction is one",
           run("INSERT INTO scratch VALUES (1, 'a')") + run("SELECT 1/0") + SYNC,
           query("SELECT count(*) FROM scratch")),
    script("transaction in units", run("BEGIN") + SYNC, run("SELECT 1/0") + SYNC,
           run("SELECT 1") + SYNC, run("COMMIT") + SYNC),
    script("transaction in one pipeline",
           pipelined(run("BEGIN") + SYNC, run("SELECT 1/0") + SYNC, run("SELECT 1") + SYNC,
                     run("ROLLBACK") + SYNC)),
    script("notices", run("SELECT complain('a')") + run("SELECT complain('b')") + SYNC),
    script("flush", Step(parse("SELECT generate_series(1, 3)") + FLUSH, "1"),
           Step(bind() + FLUSH, "2"), Step(describe(b"P") + FLUSH, "T"),
           Step(execute() + FLUSH, "C"), SYNC),
    script("flush, then Sync commits",
           Step(run("INSERT INTO scratch VALUES (9, 'flushed')") + FLUSH, "C"), SYNC,
           query("SELECT v FROM scratch WHERE k = 9"), query("DELETE FROM scratch WHERE k = 9")),
    script("flush after an error", Step(parse("SELECT nope") + FLUSH, "E"), bind() + SYNC),
    script("portal suspension",
           Step(parse("SELECT generate_series(1, 5)") + bind(portal="p") +
                execute("p", 2) + FLUSH, "s"),
           Step(execute("p", 2) + FLUSH, "s"), execute("p", 2) + SYNC),
    script("suspended, then Sync ends the portal",
           parse("SELECT generate_series(1, 5)") + bind(portal="p") + execute("p", 2) + SYNC,
           execute("p", 2) + SYNC),
    script("suspended across Syncs in a transaction", query("BEGIN"),
           parse("SELECT generate_series(1, 5)") + bind(portal="p") + execute("p", 2) + SYNC,
           execute("p", 2) + SYNC, execute("p") + close(b"P", "p") + SYNC, query("COMMIT")),
    script("exactly max_rows", parse("SELECT generate_series(1, 2)") + bind() +
           execute(max_rows=2) + execute(max_rows=2) + SYNC),
    script("unused names", close(b"S", "none") + close(b"P", "none") + SYNC,
           describe(b"S", "none") + SYNC, describe(b"P", "none") + SYNC,
           bind(name="none") + SYNC, execute("none") + SYNC),
    script("Close of a portal keeps the statement",
           parse("SELECT 1", "x") + bind(name="x", portal="x") + close(b"P", "x") + SYNC,
           bind(name="x") + execute() + SYNC),
    script("duplicate name", parse("SELECT 1", "s") + SYNC, parse("SELECT 2", "s") + SYNC,
           bind(name="s") + execute() + SYNC),
    script("name free after a failed Parse", parse("SELECT nope", "s") + SYNC,
           parse("SELECT 1", "s") + bind(name="s") + execute() + SYNC),
    script("close and parse again in one unit",
           parse("SELECT 1", "s") + SYNC,
           close(b"S", "s") + parse("SELECT 2", "s") + bind(name="s") + execute() + SYNC),
    script("close and parse again after an error", parse("SELECT 1", "s") + SYNC,
           run("SELECT 1/0") + close(b"S", "s") + parse("SELECT 2", "s") + SYNC,
           bind(name="s") + execute() + SYNC),
    script("duplicate portal", query("BEGIN"), parse("SELECT 1") + bind(portal="p") +
           bind(portal="p") + SYNC, query("ROLLBACK")),
    script("unnamed survives Sync", parse("SELECT 7") + SYNC, bind() + execute() + SYNC),
    script("Query drops the unnamed", parse("SELECT 7") + SYNC, query("SELECT 8"),
           bind() + execute() + SYNC),
    script("result type changed by DDL", query("BEGIN; CREATE TABLE shifting AS SELECT 1 AS a"),
           parse("SELECT * FROM shifting", "s") + bind(name="s") + execute() + SYNC,
           query("SAVEPOINT p; ALTER TABLE shifting ALTER a TYPE text"),
           bind(name="s") + execute() + SYNC, query("ROLLBACK TO p"),
           bind(name="s") + execute() + SYNC, query("ROLLBACK")),
    script("unnamed replaced", parse("SELECT 1") + parse("SELECT 2") + bind() + execute() + SYNC),
]

NAMES = [
    script("PREPARE then Bind", query("PREPARE px(int) AS SELECT $1 + 1"),
           describe(b"S", "px") + bind("1", name="px") + execute() + SYNC, query("DEALLOCATE px")),
    script("Parse then EXECUTE", parse("SELECT $1::int * 2", "py") + SYNC, query("EXECUTE py(21)"),
           query("DEALLOCATE py"), bind("1", name="py") + SYNC),
    script("folded names", query("PREPARE PX AS SELECT 1"), bind(name="PX") + SYNC,
           bind(name="px") + execute() + SYNC),
    script("DEALLOCATE ALL", parse("SELECT 1", "a") + SYNC, query("DEALLOCATE ALL"),
           bind(name="a") + execute() + SYNC),
    script("DISCARD ALL", parse("SELECT 1", "a") + SYNC, query("DISCARD ALL"),
           bind(name="a") + execute() + SYNC),
    script("PREPARE survives ROLLBACK", query("BEGIN"), query("PREPARE pz AS SELECT 5"),
           query("ROLLBACK"), bind(name="pz") + execute() + SYNC),
    script("DECLARE then Execute", query("BEGIN"),
           query("DECLARE c CURSOR FOR SELECT generate_series(1, 4)"),
           describe(b"P", "c") + execute("c", 2) + SYNC, query("FETCH ALL FROM c"),
           query("COMMIT")),
    script("portal then FETCH", query("BEGIN"),
           parse("SELECT generate_series(1, 4)") + bind(portal="pc") + execute("pc", 1) + SYNC,
           query("FETCH 2 FROM pc"), query("CLOSE pc"), query("COMMIT")),
    script("WITH HOLD", query("DECLARE h CURSOR WITH HOLD FOR SELECT 1 UNION SELECT 2 ORDER BY 1"),
           query("FETCH 1 FROM h"), query("FETCH 1 FROM h"), query("CLOSE h"),
           query("FETCH 1 FROM h")),
    script("EXECUTE of an unknown name", query("EXECUTE nobody"), query("SELECT 1")),
    script("EXECUTE in extended protocol", query("PREPARE pe AS SELECT 1 AS x"),
           run("EXECUTE pe") + SYNC, query("DEALLOCATE pe")),
]

COPY = [
    script("out", query("COPY (SELECT id, owner FROM accounts ORDER BY id LIMIT 3) TO STDOUT")),
    script("out binary", query("COPY (SELECT 1::int, 'a') TO STDOUT (FORMAT binary)")),
    script("out of nothing", query("COPY (SELECT 1 WHERE false) TO STDOUT")),
    script("out extended", run("COPY accounts TO STDOUT (FORMAT csv, HEADER)") + SYNC),
    script("out, then fails", query("COPY (SELECT 1 / (3 - i) FROM generate_series(1, 5) AS i) "
                                    "TO STDOUT"), query("SELECT 1")),
    script("between statements", query("SELECT 1; COPY (SELECT 2) TO STDOUT; SELECT 3")),
    script("in", query("BEGIN"), Step(query("COPY scratch FROM STDIN"), "G"),
           copy_data("1\ta\n2\t") + copy_data("b\n") + COPY_DONE,
           query("SELECT * FROM scratch ORDER BY k"), query("ROLLBACK")),
    script("in without waiting for CopyInResponse", query("BEGIN"),
           Step(query("COPY scratch FROM STDIN") + copy_data("3\tc\n") + COPY_DONE),
           query("ROLLBACK")),
    script("in extended", query("BEGIN"), Step(run("COPY scratch FROM STDIN") + FLUSH, "G"),
           copy_data("1\ta\n") + COPY_DONE + SYNC, query("ROLLBACK")),
    script("in extended at once", query("BEGIN"),
           run("COPY scratch FROM STDIN") + SYNC + copy_data("1\ta\n") + COPY_DONE + SYNC,
           query("ROLLBACK")),
    script("in, failed by the client", Step(query("COPY scratch FROM STDIN"), "G"),
           copy_data("1\ta\n") + copy_fail("changed my mind"),
           query("SELECT count(*) FROM scratch")),
    script("in, failed by the client, extended", Step(run("COPY scratch FROM STDIN") + FLUSH, "G"),
           copy_data("1\ta\n") + copy_fail("changed my mind") + SYNC, query("SELECT 1")),
    script("in, bad data", Step(query("COPY scratch FROM STDIN"), "G"),
           copy_data("x\ta\n") + COPY_DONE, query("SELECT count(*) FROM scratch")),
    script("in, late data after an error", Step(query("COPY scratch FROM STDIN"), "G"),
           Step(copy_data("x\ta\n" * 3000), "E"),
           Step(copy_data("1\ta\n") * 20 + COPY_DONE + query("SELECT 1"), count=2)),
    script("in, late data after an error, extended",
           Step(run("COPY scratch FROM STDIN") + FLUSH, "G"), Step(copy_data("x\ta\n" * 3000), "E"),
           copy_data("1\ta\n") * 20 + COPY_DONE + SYNC, run("SELECT 1") + SYNC),
    script("in, into a missing table", query("COPY no_such FROM STDIN"),
           Step(copy_data("1\n") + COPY_DONE + query("SELECT 1"))),
    script("in between statements", query("BEGIN"),
           Step(query("SELECT 1; COPY scratch FROM STDIN; SELECT count(*) FROM scratch"), "G"),
           copy_data("1\ta\n") + COPY_DONE, query("ROLLBACK")),
    script("in, flush and sync among the data", query("BEGIN"),
           Step(query("COPY scratch FROM STDIN"), "G"),
           copy_data("1\ta\n") + FLUSH + SYNC + copy_data("2\tb\n") + COPY_DONE,
           query("SELECT count(*) FROM scratch"), query("ROLLBACK")),
    script("in, another message among the data", Step(query("COPY scratch FROM STDIN"), "G"),
           Step(copy_data("1\ta\n") + query("SELECT 1"), CLOSED)),
    script("stray copy messages", Step(copy_data("1\n") + COPY_DONE + copy_fail("x") +
                                       query("SELECT 1"))),
]

BIG = [
    script("one wide row", query("SELECT repeat('x', 3000000)"), big=True),
    script("many rows", query("SELECT i, repeat('y', 100) FROM generate_series(1, 30000) AS i"),
           big=True),
    script("wide rows, extended",
           parse("SELECT repeat('x', 500000) FROM generate_series(1, 5)") + bind() +
           execute(max_rows=2) + execute() + SYNC, big=True),
    script("large parameter", parse("SELECT length($1)") + bind("z" * 2_000_000) + execute() + SYNC,
           big=True),
    script("copy out", query("COPY (SELECT i, repeat('c', 200) FROM generate_series(1, 10000) AS i)"
                             " TO STDOUT"), big=True),
    script("copy in", query("BEGIN"), Step(query("COPY scratch FROM STDIN"), "G"),
           b"".join(copy_data(f"{i}\t{'d' * 200}\n") for i in range(10_000)) + COPY_DONE,
           query("SELECT count(*), max(k), min(length(v)) FROM scratch"), query("ROLLBACK"),
           big=True),
    script("copy rows of a megabyte", query("BEGIN"), Step(query("COPY scratch FROM STDIN"), "G"),
           copy_data("1\t" + "e" * 1_000_000 + "\n") + COPY_DONE,
           query("COPY scratch TO STDOUT"), query("ROLLBACK"), big=True),
    script("long pipeline", pipelined(*(run("SELECT $1::int", str(i)) + SYNC
                                        for i in range(500))), big=True),
    script("long unit", b"".join(run("SELECT $1::text", "v" * 50) for _ in range(500)) + SYNC,
           big=True),
]

CORPUS = {group: scripts for group, scripts in
          [("simple", SIMPLE), ("transactions", TRANSACTIONS), ("extended", EXTENDED),
           ("names", NAMES), ("copy", COPY), ("big", BIG)]}
