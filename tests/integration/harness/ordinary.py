# SPDX-License-Identifier: Apache-2.0
"""The corpus of ordinary SQL: its databases, the policy a user would give each, and its statements."""

from psycopg.pq import ExecStatus, TransactionStatus

from .cluster import Cluster
from .policy import CORPUS, PolicyDatabase, corpus

EXTENSIONS = ["btree_gist", "citext", "cube", "earthdistance", "fuzzystrmatch", "hstore", "intarray",
              "ltree", "pg_trgm", "pgcrypto", "unaccent", "uuid-ossp"]
# By database. Each refuses something that no statement of the corpus asks for.
POLICIES = {
    "app": {
        "allowed_schemas": ["public", "crm", "analytics"],
        "tables": {"denied": ["public.password_resets"]},
        "columns": {"denied": ["public.users.api_token"], "denied_patterns": ["*.*password*"]},
        "functions": {"allowed": ["public.order_total(bigint)", "public.larger", "public.largest",
                                  "public.status_rank"],
                      "extensions": EXTENSIONS},
        "allow_explain": True,
    },
    "bench": {
        "allowed_schemas": ["public"],
        "tables": {"denied": ["accounting"]},
        "columns": {"denied_patterns": ["*.*secret*"]},
        "allow_explain": True,
    },
    "warehouse": {
        "allowed_schemas": ["public"],
        "tables": {"allowed": ["public.*"]},
        "columns": {"denied": ["customer.c_email_address"]},
    },
}
CASES = corpus("ordinary.jsonl")


def cases(database, major):
    """The statements for one database that run on this version, by mode."""
    by_mode = {}
    for case in CASES:
        if case.get("database", "app") == database and major in case.get("works_on", [major]):
            by_mode.setdefault(case.get("mode", "read_only"), []).append(case)
    return by_mode


class OrdinaryDatabase(PolicyDatabase):
    """One of the databases of a server that has all of them."""

    def __init__(self, cluster, database):
        self.cluster = cluster
        self.database = database
        self.folder = cluster.folder / database
        self.folder.mkdir()
        self.admin = cluster.admin(database)

    def judge(self, major):
        """(case, answer) for each statement that is for this version."""
        catalog = self.dump(self.config("dump", POLICIES[self.database]))
        for mode, own in cases(self.database, major).items():
            config = self.config(mode, POLICIES[self.database], mode=mode)
            asked = [self.fill({key: case[key] for key in ("id", "sql")}) for case in own]
            yield from zip(own, self.check(asked, config, catalog), strict=True)

    def server_error(self, sql):
        """What the server says against the statement, or None. Only texts of several statements run."""
        connection = self.admin.pgconn
        result = connection.prepare(b"", self.fill(sql).encode())
        if b"multiple commands" in result.error_message:
            result = connection.exec_(b"BEGIN; " + sql.encode() + b"; ROLLBACK")
        assert connection.transaction_status == TransactionStatus.IDLE, sql
        return None if result.status == ExecStatus.COMMAND_OK else result.error_message.decode()


def start(programs):
    """A server with every database of the corpus: (cluster, databases)."""
    cluster = Cluster(programs=programs, schema=None)
    for name in POLICIES:
        cluster.run_sql((CORPUS / f"ordinary_{name}.sql").read_text())
    return cluster, [OrdinaryDatabase(cluster, name) for name in POLICIES]
