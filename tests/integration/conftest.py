# SPDX-License-Identifier: Apache-2.0
"""`direct` is PostgreSQL, `through` the gateway in permissive mode, `gateways` makes more."""

import contextlib
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from harness.certificates import Authority  # noqa: E402
from harness.cluster import Cluster  # noqa: E402
from harness.gateway import DIRECT, Target, make_gateway  # noqa: E402


@contextlib.contextmanager
def running(server_port, database=None, **sections):
    """A gateway, or PostgreSQL itself when the tests are checked without one."""
    if DIRECT:
        yield Target(server_port)
        return
    gateway = make_gateway(server_port, database, **sections)
    try:
        yield gateway
    finally:
        gateway.stop()


@pytest.fixture(scope="session")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.destroy()


@pytest.fixture(scope="session")
def direct(cluster):
    return Target(cluster.port)


@pytest.fixture
def admin(cluster):
    with cluster.admin() as connection:
        yield connection


@pytest.fixture(scope="module")
def through(cluster):
    with running(cluster.port) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def balanced(cluster):
    with running(cluster.port, {"mode": "balanced"}) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def read_only(cluster):
    with running(cluster.port, {"mode": "read_only"}) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def gateways(cluster):
    """gateways(database={…}, section={…}) starts one; all are stopped and checked at the end."""
    with contextlib.ExitStack() as stack:
        yield lambda database=None, server_port=cluster.port, **sections: stack.enter_context(
            running(server_port, database, **sections))
