# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL 14, 16, 17 and 18 behind the gateway: psql, psycopg and the byte scripts, direct and
through. 15 is what all other tests have."""

import pytest
from conftest import running
from harness.cluster import Cluster
from harness.drivers import Programs, differences, has_failed
from harness.gateway import Target
from harness.scripts import CORPUS
from harness.servers import programs
from harness.transparency import play

MAJORS = (14, 16, 17, 18)
DRIVERS = ("psql", "psycopg", "psycopg async")


@pytest.fixture(scope="module", params=MAJORS)
def both(request):
    cluster = Cluster(programs=programs(request.param))
    try:
        # What the gateway pins; 18 reports it to clients.
        cluster.run_sql("ALTER ROLE tester SET search_path = public")
        with running(cluster.port) as gateway:
            yield Target(cluster.port), gateway
    finally:
        cluster.destroy()


@pytest.mark.parametrize("group", CORPUS)
def test_streams_are_equal(both, group):
    direct, through = both
    different = [script.name for script in CORPUS[group]
                 if play(through, script, {}) != play(direct, script, {})]
    assert not different


@pytest.mark.parametrize("driver", DRIVERS)
def test_answers_are_equal(both, driver, tmp_path):
    wanted, got = (Programs(tmp_path).answers(driver, target.environment()) for target in both)
    assert not [check for check, answer in wanted.items() if has_failed(answer)]
    found = differences(wanted, got)
    assert not found, "\n".join(found)
