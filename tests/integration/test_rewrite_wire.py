# SPDX-License-Identifier: Apache-2.0
"""Rewrites over the wire: the rows are those of the text that `postern check` shows, errors point into the
text that the client sent, and the audit has both texts."""

import pytest

from harness import wire
from harness.audit import settled
from harness.policy_wire import CANARY, Direct, LoggedServer, Player, normal, policy_text, running
from harness.rewrites import CASES, REFUSED, ROWS, WAYS, wanted

PROTOCOLS = ("simple", "extended")
# Each fails in front of or behind something that is replaced; '¿' marks where the error has to point.
FAILING = [
    "SELECT u.*, ¿'abc'::int FROM users u",
    "SELECT ¿'abc'::int, u.* FROM users u",
    "SELECT * FROM users WHERE id = ¿'abc'",
    "SELECT 'é€😀', u.*, ¿'abc'::int FROM users AS u",
    "SELECT * FROM users u JOIN webhooks w ON w.id = u.id WHERE u.id = ¿'abc'",
    "SELECT *\n  FROM users\n -- ¡\n WHERE id > 1 AND id = ¿'x y'",
    "WITH x AS (SELECT * FROM users) SELECT *, ¿'abc'::int FROM x",
    "SELECT x.* FROM (SELECT * FROM users) x WHERE x.id = ¿'abc' AND x.email IN (SELECT email FROM users)",
]
MANY = ["SELECT 1; SELECT * FROM users LIMIT 1; SELECT u.*, ¿'abc'::int FROM users u",
        "SELECT * FROM users WHERE id = ¿'abc'; SELECT * FROM users"]
RUN_TIME = "SELECT * FROM users WHERE id / (id - id) = 1"


@pytest.fixture(scope="module")
def server():
    server = LoggedServer()
    yield server
    server.destroy()


class Rewriting:
    def __init__(self, server, way, gateway, config):
        self.way, self.gateway = way, gateway
        self.database = server.main
        self.through = Player(gateway, server.main.admin)
        self.direct = Player(Direct(server, "poldb"), server.main.admin)
        self.config, self.catalog = config, server.main.dump(config)

    def check(self, statements):
        asked = [{"id": sql, "sql": sql} for sql in statements]
        return self.database.check(asked, self.config, self.catalog)

    def play(self, door, sql, protocol):
        (exchange,) = door.play({"sql": sql}, protocol)
        return exchange


@pytest.fixture(scope="module", params=WAYS)
def rewriting(request, server):
    denied, star = WAYS[request.param]
    policy = policy_text(**{"on_denied: reject": f"on_denied: {denied}",
                            "select_star_policy: reject": f"select_star_policy: {star}"})
    config = server.main.folder / f"wire-{request.param}.yaml"
    config.write_text(policy)
    with running(server, policy) as gateway:
        yield Rewriting(server, request.param, gateway, config)


def sorted_rows(messages):
    """Messages with the rows of each result sorted: no order was asked for."""
    found, rows = [], []
    for kind, body in map(normal, messages):
        if kind == "D":
            rows.append(body)
            continue
        found += [("D", row) for row in sorted(rows)] + [(kind, body)]
        rows = []
    return found


def cases(way):
    return [wanted(case, way)[0] for case in CASES + (ROWS if way != "star" else [])]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_rows_are_those_of_the_rewritten_text(rewriting, protocol):
    statements, rewritten, wrong = cases(rewriting.way), 0, []
    for sql, answer in zip(statements, rewriting.check(statements), strict=True):
        got = rewriting.play(rewriting.through, sql, protocol)
        if CANARY.search(got.bytes):
            wrong.append(f"{sql} leaks {got.bytes[:200]}")
        if answer["verdict"] == "deny":
            if not got.error or got.error["C"] != answer["violations"][0]["sqlstate"]:
                wrong.append(f"{sql} passed")
            continue
        expected = rewriting.play(rewriting.direct, answer["rewritten"], protocol)
        rewritten += not expected.error
        if sorted_rows(got.messages) != sorted_rows(expected.messages):
            wrong.append(f"{sql}\n    {str(got.messages)[:300]}\n    {str(expected.messages)[:300]}")
    assert rewritten > 10
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_cannot_be_rewritten_is_refused(rewriting, protocol):
    for sql in REFUSED:
        got = rewriting.play(rewriting.through, sql, protocol)
        assert got.error and got.error["C"] == "42501" and not CANARY.search(got.bytes), sql


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_prepared_statement_stays_rewritten(rewriting, protocol):
    with rewriting.gateway.login({}) as connection:
        if protocol == "simple":
            connection.simple("PREPARE p(int) AS SELECT * FROM users WHERE id = $1")
            runs = [connection.simple(f"EXECUTE p({number})") for number in (1, 2, 1)]
        else:
            connection.send(wire.parse("SELECT * FROM users WHERE id = $1", name="p"), wire.SYNC)
            connection.ready()
            runs = []
            for number in (1, 2, 1):
                connection.send(wire.bind(str(number), name="p"), wire.execute(), wire.SYNC)
                runs.append(connection.ready())
    rows = [[got.columns[:3] for got in run if got.kind == "D"] for run in runs]
    assert rows == [[[str(n), f"user{n}@example.com", f"User {n}"]] for n in (1, 2, 1)]
    assert not any(CANARY.search(got.body) for run in runs for got in run)


@pytest.mark.parametrize("protocol, statement", [("simple", one) for one in FAILING + MANY]
                         + [("extended", one) for one in FAILING])
def test_an_error_points_into_the_text_of_the_client(rewriting, protocol, statement):
    sql = statement.replace("¿", "")
    (answer,) = rewriting.check([sql])
    assert answer["verdict"] == "rewrite", answer
    error = rewriting.play(rewriting.through, sql, protocol).error
    assert error["C"] == "22P02"
    assert error["P"] == str(statement.index("¿") + 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_error_without_a_place_stays_without_one(rewriting, protocol):
    error = rewriting.play(rewriting.through, RUN_TIME, protocol).error
    assert error["C"] == "22012" and "P" not in error and "q" not in error


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_audit_has_the_text_of_the_client_and_what_ran(rewriting, protocol):
    sql = f"SELECT * FROM users WHERE id = 1 /* audited {protocol} */"
    rewriting.play(rewriting.through, sql, protocol)
    (decision, end), = settled(rewriting.gateway, f"audited {protocol}")
    (answer,) = rewriting.check([sql])
    assert decision["query"]["sql"] == sql
    assert decision["query"]["rewritten_sql"] == answer["rewritten"]
    assert end is not None
