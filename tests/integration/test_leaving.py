# SPDX-License-Identifier: Apache-2.0
"""What a client sent before it left is done, as PostgreSQL does it."""

import pytest

from harness import wire
from harness.waiting import eventually

COUNT = 2000  # far more than are answered before the client's end is seen


@pytest.mark.parametrize("farewell", [wire.TERMINATE, b""], ids=["Terminate", "end of file"])
@pytest.mark.parametrize("kind", ["simple", "extended"])
def test_pipelined_work_is_done_after_the_client_left(through, admin, farewell, kind):
    insert = "INSERT INTO scratch SELECT count(*) + 1, 'left' FROM scratch"
    unit = wire.query(insert)
    if kind == "extended":
        unit = wire.parse(insert) + wire.bind() + wire.execute() + wire.SYNC
    admin.execute("DELETE FROM scratch")
    connection = through.connect()
    connection.send(unit * COUNT + farewell)
    connection.socket.shutdown(1)
    answer = wire.kinds(connection.rest())
    try:
        assert answer.count("C") == answer.count("Z") == COUNT
        assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (COUNT,)
    finally:
        admin.execute("DELETE FROM scratch")


def test_a_copy_whose_client_left_copies_nothing(through, admin):
    connection = through.connect()
    connection.send(wire.query("COPY scratch FROM STDIN"))
    connection.read_until("G", 1)
    connection.send(wire.copy_data("1\ta\n"))
    connection.close()
    eventually(lambda: admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY scratch%'").fetchone() == (0,),
        what="the end of the COPY")
    assert admin.execute("SELECT count(*) FROM scratch").fetchone() == (0,)
