# SPDX-License-Identifier: Apache-2.0
"""What a rewrite makes of a statement, on a real server: no refused value comes out, and what may be read is
answered as before.

on_denied `filter` leaves refused columns out, `null` has them as NULL; select_star_policy `expand_safe`
writes stars out. The expected answer is a statement that somebody wrote by hand with those columns only."""

import re

import psycopg
import pytest
from harness.policy import CORPUS, PolicyDatabase
from harness.rewrites import CASES, REFUSED, ROWS, WAYS, wanted
from harness.servers import programs

CANARY = re.compile(r"\b9\d\d-\d\d-\d{4}|CANARY")


class Rewriting:
    def __init__(self, database):
        self.database = database
        self.catalog = None

    def check(self, way, statements, mode="read_only"):
        denied, star = WAYS[way]
        text = (CORPUS / "policy.yaml").read_text()
        for old, new in (("on_denied: reject", f"on_denied: {denied}"),
                         ("select_star_policy: reject", f"select_star_policy: {star}"),
                         ("mode: read_only", f"mode: {mode}"),
                         ("user: pol_app\n", "user: pol_app\n    password: CANARY-app-pw\n")):
            assert old in text
            text = text.replace(old, new)
        config = self.database.folder / f"{way}-{mode}.yaml"
        config.write_text(text)
        self.catalog = self.catalog or self.database.dump(config)
        return self.database.check([{"id": sql, "sql": sql} for sql in statements], config, self.catalog)

    def answers(self, text):
        """The results of a text's statements, each sorted: no order was asked for."""
        with psycopg.connect(host=str(self.database.folder), port=self.database.cluster.port,
                             dbname=self.database.database, user="pol_app") as connection:
            cursor = connection.execute(text)
            results = [sorted(map(str, cursor.fetchall()))]
            while cursor.nextset():
                results.append(sorted(map(str, cursor.fetchall())))
            return results


@pytest.fixture(scope="module", params=[15, 18])
def rewriting(request):
    database = PolicyDatabase(programs(request.param))
    yield Rewriting(database)
    database.destroy()


def compare(rewriting, way, cases):
    pairs = [wanted(case, way) for case in cases]
    wrong = []
    for (sql, expected), answer in zip(pairs, rewriting.check(way, [sql for sql, _ in pairs]), strict=True):
        verdict, text = answer["verdict"], answer.get("rewritten")
        if expected is None:
            if verdict != "deny":
                wrong.append(f"{sql}: {verdict} {text}")
        elif verdict != "rewrite":
            wrong.append(f"{sql}: {verdict} {answer['violations']}")
        else:
            got = rewriting.answers(text)
            assert not CANARY.search(str(got)), text
            if got != rewriting.answers(expected):
                wrong.append(f"{sql}: {text} gives {str(got)[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("way", WAYS)
def test_stars_lose_what_may_not_be_read_and_nothing_else(rewriting, way):
    compare(rewriting, way, CASES)


@pytest.mark.parametrize("way", ["filter", "null"])
def test_rows_lose_what_may_not_be_read_and_nothing_else(rewriting, way):
    compare(rewriting, way, ROWS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", ["read_only", "balanced"])
def test_what_cannot_be_rewritten_is_refused(rewriting, way, mode):
    answers = rewriting.check(way, REFUSED, mode)
    assert [one["id"] for one in answers if one["verdict"] != "deny"] == []


@pytest.mark.parametrize("way", WAYS)
def test_what_reads_nothing_refused_stays_as_it_is(rewriting, way):
    statements = ["SELECT id, email FROM users", "SELECT * FROM orders", "SELECT count(*) FROM users",
                  "SELECT u.id, count(*) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id",
                  "SELECT u.email, count(*) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id",
                  "WITH users AS (SELECT 1 AS ssn) SELECT * FROM users", "SELECT ssn FROM vendors"]
    answers = rewriting.check(way, statements)
    assert [(one["verdict"], one.get("rewritten")) for one in answers] == [("allow", None)] * len(statements)


def test_without_a_rewrite_the_statements_leak(rewriting):
    """The canaries that the other tests look for are there to be found."""
    assert CANARY.search(str(rewriting.answers("SELECT * FROM users")))
