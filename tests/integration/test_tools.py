# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's own tools through the gateway in permissive mode: restoring a dump, upkeep; and those
it does not serve, which are told why."""

import pathlib
import re
import subprocess

import pytest
import sqlalchemy
from harness.cluster import DATABASE, PASSWORD, USER, binaries
from sqlalchemy import orm

ROOT = pathlib.Path(__file__).parents[2]
SHOP = ROOT / "gateway" / "demo" / "shop.sql"
# What a dump sets first.
RESTORING = ["statement_timeout", "idle_in_transaction_session_timeout", "check_function_bodies",
             "xmloption", "row_security", "default_tablespace", "default_table_access_method"]


def tool(target, name, *arguments):
    return subprocess.run([binaries() / name, *arguments], env=target.environment(),
                          capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL)


def done(target, name, *arguments):
    result = tool(target, name, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout, result.stderr


def dump_of(cluster, database, *options):
    """By a superuser and without the gateway."""
    return subprocess.run([binaries() / "pg_dump", "-h", cluster.folder, "-p", str(cluster.port),
                           "-U", "postgres", "-x", "-O", *options, database], check=True,
                          capture_output=True, stdin=subprocess.DEVNULL).stdout


def without_keys(dump):
    """Each dump has a random word against statements smuggled into it."""
    return re.sub(rb"(?m)^\\(un)?restrict \w+$", b"", dump)


@pytest.fixture(scope="module")
def shop(cluster):
    cluster.run_sql(f"\\set gateway_password unused\n{SHOP.read_text()}")
    return cluster


@pytest.fixture
def empty(admin):
    """An empty database of the server."""
    admin.execute(f"CREATE DATABASE empty OWNER {USER} TEMPLATE template0")
    yield "empty"
    admin.execute("DROP DATABASE empty (FORCE)")


@pytest.fixture
def restoring(gateways, empty):
    return gateways({"dbname": empty, "gucs": {"allowed": RESTORING}})


@pytest.mark.parametrize("how", ["psql -1 -f", "pg_restore", "pg_restore -1", "pg_restore -j2"])
def test_a_dump_is_restored(shop, restoring, tmp_path, how):
    program, *options = how.split()
    if program == "psql":
        (tmp_path / "shop").write_bytes(dump_of(shop, "shop"))
        done(restoring, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, tmp_path / "shop")
    else:
        (tmp_path / "shop").write_bytes(dump_of(shop, "shop", "-Fc"))
        done(restoring, program, "-x", "-O", "-d", DATABASE, *options, tmp_path / "shop")
    wanted, got = (without_keys(dump_of(shop, name)) for name in ("shop", "empty"))
    assert got == wanted and b"COPY public.orders " in got


def test_the_manual_says_what_restoring_needs():
    text = (ROOT / "docs" / "compatibility.md").read_text()
    listed = re.search(r"allowed: \[([^]]*)\]", text)[1]
    assert re.split(r",\s*", listed) == RESTORING


def test_a_dump_is_refused_with_what_to_do(through, tmp_path):
    """It reads everything, past row security and timeouts."""
    result = tool(through, "pg_dump", "-f", tmp_path / "dump")
    assert result.returncode == 1 and not (tmp_path / "dump").exists()
    assert 'setting "synchronize_seqscans" may not be changed' in result.stderr
    assert "HINT:" in result.stderr


@pytest.mark.parametrize("command", ["vacuumdb --analyze", "reindexdb", "clusterdb"])
def test_upkeep(direct, through, command):
    def lines(target):
        return sorted("".join(done(target, *command.split(), DATABASE)).splitlines())
    assert lines(through) == lines(direct)


@pytest.mark.parametrize("command", ["createdb another", "dropdb another", "createuser another",
                                     "pg_dumpall --globals-only"])
def test_work_on_the_whole_cluster_is_refused(through, command):
    result = tool(through, *command.split())
    assert result.returncode == 1
    assert 'database "template1" does not exist' in result.stderr or "HINT:" in result.stderr


@pytest.mark.parametrize("program, arguments", [
    ("pg_basebackup", ["-X", "none", "-D", "{}/backup"]), ("pg_receivewal", ["-n", "-D", "{}"]),
    ("pg_recvlogical", ["-d", DATABASE, "--slot=s", "--start", "-n", "-f", "{}/log"]),
    ("psql", ["-X", f"dbname={DATABASE} replication=database", "-c", "IDENTIFY_SYSTEM"])],
    ids=lambda value: value if isinstance(value, str) else "")
def test_replication_is_refused_with_what_to_do(through, tmp_path, program, arguments):
    result = tool(through, program, *(part.format(tmp_path) for part in arguments))
    assert result.returncode != 0
    assert "replication connections are not served here" in result.stderr
    assert "connect to the PostgreSQL server itself" in result.stderr


def test_large_objects(through, tmp_path):
    """libpq's functions for them are FunctionCalls, which are refused; those in SQL are not."""
    (tmp_path / "file").write_text("content")
    result = tool(through, "psql", "-X", "-c", rf"\lo_import {tmp_path}/file")
    assert result.returncode == 1
    assert "the function call protocol is not allowed" in result.stderr
    assert "HINT:  Call the function in a SELECT; large objects are read with lo_get(oid)." in result.stderr
    output, _ = done(through, "psql", "-XAtq", "-c", "CREATE TABLE lo AS SELECT lo_from_bytea(0, "
                     "'content')", "-c", "SELECT convert_from(lo_get(lo_from_bytea), 'UTF8') FROM lo",
                     "-c", "SELECT lo_unlink(lo_from_bytea) FROM lo", "-c", "DROP TABLE lo")
    assert output == "content\n1\n"


Base = orm.declarative_base()


class Author(Base):
    __tablename__ = "authors"
    id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
    name = sqlalchemy.Column(sqlalchemy.String, unique=True)
    born = sqlalchemy.Column(sqlalchemy.Date, server_default=sqlalchemy.func.current_date())
    books = orm.relationship("Book", back_populates="author", cascade="all, delete-orphan")


class Book(Base):
    __tablename__ = "books"
    id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
    author_id = sqlalchemy.Column(sqlalchemy.ForeignKey("authors.id"), nullable=False)
    title = sqlalchemy.Column(sqlalchemy.Text)
    tags = sqlalchemy.Column(sqlalchemy.ARRAY(sqlalchemy.Text))
    about = sqlalchemy.Column(sqlalchemy.JSON)
    author = orm.relationship("Author", back_populates="books")


def live(target):
    """A migration, a unit of work, queries, a violated constraint."""
    engine = sqlalchemy.create_engine(
        f"postgresql+psycopg2://{USER}:{PASSWORD}@127.0.0.1:{target.port}/{DATABASE}")
    found = []
    try:
        Base.metadata.create_all(engine)
        with orm.Session(engine) as session:
            session.add_all([Author(name=f"author {i}", books=[
                Book(title=f"book {i}.{j}", tags=["a", None], about={"pages": j})
                for j in range(3)]) for i in range(5)])
            session.commit()
            query = sqlalchemy.select(Author).options(orm.selectinload(Author.books)).order_by(
                Author.id)
            for author in session.scalars(query):
                found.append([author.name, [(b.title, b.tags, b.about) for b in author.books]])
            session.delete(session.get(Author, 1))
            session.flush()
            with pytest.raises(sqlalchemy.exc.IntegrityError) as failure, session.begin_nested():
                session.add(Author(name="author 2"))
                session.flush()
            found.append(failure.value.orig.pgcode)
            found.append(session.scalar(sqlalchemy.select(sqlalchemy.func.count(Book.id))))
            session.rollback()
    finally:
        Base.metadata.drop_all(engine)
        engine.dispose()
    return found


def test_sqlalchemys_orm(direct, through):
    assert live(through) == live(direct)
