# SPDX-License-Identifier: Apache-2.0
"""Every driver takes the gateway for PostgreSQL: the checks of its program in clients/ give through
the gateway what they give direct, in clear text and inside TLS."""

import pytest
from conftest import running
from harness.certificates import listen_tls
from harness.drivers import Programs, differences, has_failed

DRIVERS = ["psql", "pgbench", "libpq", "psycopg", "psycopg async", "psycopg2", "asyncpg",
           "node-postgres", "postgres.js", "JDBC"]
CHECKS_MIN = 6


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return Programs(tmp_path_factory.mktemp("drivers"))


@pytest.fixture(scope="module")
def wanted(direct, programs):
    """driver -> PostgreSQL's answers, asked for once."""
    found = {}

    def of(driver):
        if driver not in found:
            found[driver] = programs.answers(driver, direct.environment())
        return found[driver]
    return of


@pytest.fixture(scope="module")
def inside_tls(cluster, authority):
    """A gateway that refuses clear text."""
    pair = authority.issue("gateway", "gateway", "DNS:localhost,IP:127.0.0.1")
    with running(cluster.port, listen={"tls": listen_tls("require", pair)}) as gateway:
        yield gateway


def check(wanted, got):
    assert len(wanted) >= CHECKS_MIN
    failed = {name: answer for name, answer in wanted.items() if has_failed(answer)}
    assert not failed, "PostgreSQL itself does not pass"
    found = differences(wanted, got)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("driver", DRIVERS)
def test_answers_are_equal(through, programs, wanted, driver):
    check(wanted(driver), programs.answers(driver, through.environment()))


@pytest.mark.parametrize("driver", DRIVERS)
def test_answers_inside_tls_are_equal(inside_tls, authority, programs, wanted, driver):
    """The driver verifies the gateway's certificate and address; those over libpq bind their proof to
    it (SCRAM-SHA-256-PLUS), the others know nothing of that."""
    environment = inside_tls.environment() | {"PGSSLMODE": "verify-full",
                                              "PGSSLROOTCERT": str(authority.certificate),
                                              "PGCHANNELBINDING": "require"}
    check(wanted(driver), programs.answers(driver, environment))


def test_a_difference_is_told():
    """What the comparison looks at can fail."""
    assert differences({"a": [1], "b": 2}, {"a": [1], "b": 2}) == []
    assert len(differences({"a": [1], "b": 2}, {"a": [2]})) == 2
    assert has_failed({"raised": "x"}) and not has_failed({"rows": []})
