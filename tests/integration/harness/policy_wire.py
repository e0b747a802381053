# SPDX-License-Identifier: Apache-2.0
"""Cases of the policy corpus over the wire: played to the gateway and to PostgreSQL itself, in the simple
and in the extended protocol, on a server that logs every statement that reaches it."""

import base64
import contextlib
import json
import re
from dataclasses import dataclass

from . import wire
from .gateway import Gateway
from .policy import CORPUS, PASSWORD, PolicyDatabase
from .waiting import eventually

CANARY = re.compile(rb"\b9\d\d-\d\d-\d{4}|CANARY")
USER = "pol_app"
# Everything that an attack needs is switched on, and rows come in one order.
SETTINGS = ["logging_collector=on", "log_destination=jsonlog", "log_directory=log", "log_filename=server",
            "log_file_mode=0644", "log_statement=all", "log_min_duration_statement=0", "wal_level=logical",
            "max_prepared_transactions=4", "autovacuum=off", "synchronize_seqscans=off",
            "max_parallel_workers_per_gather=0"]
# Of one entry of the server's log: what brought the text there, and the text.
LOGGED = re.compile(r"(?:duration: [\d.]+ ms +)?(?:statement|(?:parse|bind|execute)[^:]*): (.*)", re.S)


class LoggedServer:
    """A server whose user pol_app may do everything; it has poldb, and polown with own.sql on top."""

    def __init__(self):
        self.main = PolicyDatabase(settings=SETTINGS)
        self.cluster = self.main.cluster
        self.main.admin.execute(f"ALTER ROLE {USER} SUPERUSER")
        self.main.admin.close()
        own = (CORPUS / "own.sql").read_text().replace("\\connect poldb", "\\connect polown")
        self.cluster.run_sql("CREATE DATABASE polown TEMPLATE poldb;\n" + own)
        self.main.admin = self.cluster.admin("poldb")
        self.own = self.copy("polown")
        self.direct_pids = set()

    def copy(self, name):
        database = object.__new__(PolicyDatabase)
        database.cluster, database.database = self.cluster, name
        database.folder = self.cluster.folder / name
        database.folder.mkdir()
        database.admin = self.cluster.admin(name)
        return database

    def destroy(self):
        self.own.admin.close()
        self.main.destroy()

    def texts(self):
        """Every statement text that reached the server other than by `direct`: the text -> who logged it."""
        self.main.admin.execute("SELECT 'the log is complete'")
        entries = eventually(self._entries, what="the end of the server's log")
        found = {}
        for entry in entries:
            if entry.get("user") != USER or entry["pid"] in self.direct_pids:
                continue
            match = LOGGED.fullmatch(entry["message"])
            for text in (match and match[1], entry.get("statement")):
                if text:
                    found.setdefault(text, entry["message"][:80])
        return found

    def _entries(self):
        log = self.cluster.data / "log" / "server.json"
        lines = log.read_text(errors="replace").splitlines()
        complete = any("the log is complete" in line for line in lines[-20:])
        return complete and [json.loads(line) for line in lines]


def policy_text(mode="read_only", database="poldb", **changes):
    """policy.yaml with pol_app's password and without the plan gate, some of its words changed."""
    text = (CORPUS / "policy.yaml").read_text()
    changes = {"mode: read_only": f"mode: {mode}", "dbname: poldb": f"dbname: {database}",
               "explain_policy: {enabled: true": "explain_policy: {enabled: false",
               "user: pol_app\n": f"user: pol_app\n    password: {PASSWORD}\n"} | changes
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class PolicyGateway(Gateway):
    """`postern serve` with a policy that is given as text."""

    def __init__(self, server_port, policy):
        super().__init__(server_port)
        self.policy = policy

    def config_text(self):
        text = self.policy.replace("${POLDB_PORT:-5432}", str(self.server_port))
        text = text.replace("${POLDB_GATEWAY_PORT:-6432}", str(self.port))
        rest = {key: self.config()[key] for key in ("observability", "audit")}
        return text + "".join(f"{key}: {json.dumps(value)}\n" for key, value in rest.items())

    def login(self, parameters):
        connection = wire.Wire(self.port)
        connection.login(USER, "", "poldb", **parameters)
        return connection


@contextlib.contextmanager
def running(server, policy):
    gateway = PolicyGateway(server.cluster.port, policy)
    try:
        gateway.start()
        yield gateway
        gateway.stop()
    finally:
        gateway.remove()


class Direct:
    """The same server without a gateway, with the settings that the gateway pins."""

    def __init__(self, server, database, mode="read_only"):
        self.server, self.database = server, database
        read_only = "on" if mode == "read_only" else "off"
        self.options = (f"-c search_path=public -c default_transaction_read_only={read_only} "
                        "-c statement_timeout=5s")

    def login(self, parameters):
        connection = wire.Wire(self.server.cluster.port)
        connection.login(USER, PASSWORD, self.database, options=self.options, **parameters)
        self.server.direct_pids.add(connection.process_id())
        return connection


@dataclass
class Exchange:
    """Some steps of a case that were sent at once, and all that came back."""
    steps: range
    messages: list

    @property
    def error(self):
        return next((got.fields for got in self.messages if got.kind == "E"), None)

    @property
    def bytes(self):
        return b"".join(got.body for got in self.messages)


def steps_of(case):
    """The steps of a case with texts as bytes; sql_gen is written out."""
    if "sql_gen" in case:
        made = case["sql_gen"]
        count = made["count"]
        return [made["prefix"] + made["unit"] * count + made["suffix"] + made.get("suffix_unit", "") * count]
    return case.get("steps") or [case["sql"]]


class Player:
    """Plays cases to a door: something with login(parameters)."""

    def __init__(self, door, admin):
        self.door, self.admin = door, admin

    def play(self, case, protocol, around=()):
        """`around`: a statement before and one after the case, whose replies are not part of it."""
        steps = steps_of(case)
        first = steps[0]
        parameters, begin = {}, 0
        if not isinstance(first, str) and first["msg"] == "startup":
            parameters = first.get("params", {key: first[key] for key in first if key != "msg"})
            begin = 1
        try:
            connection = self.door.login(parameters)
        except wire.ServerError as error:
            return [Exchange(range(1), [wire.Message("E", refused_login(error))])]
        with connection:
            if around:
                connection.simple(around[0])
            played = list(self._exchanges(connection, steps, begin, protocol))
            if around and connection.pending == b"":
                connection.simple(around[1])
            connection.send(wire.TERMINATE)
            return played

    def _exchanges(self, connection, steps, at, protocol):
        while at < len(steps):
            end, data = self._unit(steps, at, protocol)
            connection.send(data)
            try:
                yield Exchange(range(at, end), connection.ready())
            except wire.Closed as closed:
                yield Exchange(range(at, end), [wire.Message("!", closed.args[0])])
                return
            at = end

    def _unit(self, steps, at, protocol):
        """The step behind what is sent next, and its bytes: up to what brings a ReadyForQuery."""
        if isinstance(steps[at], str):
            sql = steps[at]
            return at + 1, wire.query(sql) if protocol == "simple" else wire.run(sql) + wire.SYNC
        data = b""
        while True:
            step = steps[at]
            at += 1
            data += self._message(step)
            if step["msg"] in ("sync", "query_b64", "fcall"):
                return at, data

    def _message(self, step):
        match step["msg"]:
            case "query_b64":
                return wire.query(base64.b64decode(step["b64"]))
            case "parse":
                return wire.parse(step["sql"], step["stmt"])
            case "bind":
                return wire.bind(*step.get("params", ()), portal=step.get("portal", ""),
                                 name=step.get("stmt", ""), result_formats=step.get("rfmt", ()))
            case "execute":
                return wire.execute(step.get("portal", ""), step.get("max", 0))
            case "close":
                return wire.close(step["kind"].encode(), step["name"])
            case "sync":
                return wire.SYNC
            case "fcall":
                oid, = self.admin.execute("SELECT %s::regprocedure::oid", [step["func"]]).fetchone()
                return wire.function_call(oid, *(value.encode() for value in step["args"]))
        raise AssertionError(f"unknown step {step}")


def refused_login(error):
    return b"".join(code.encode() + value.encode() + b"\0" for code, value in error.fields.items()) + b"\0"


def detail(violation):
    """What a refusal says of a violation that `postern check` found."""
    text = violation["code"]
    if violation["resource"]:
        text += f": {violation['resource']}"
    return text + (f" (rule: {violation['rule']})" if violation["rule"] else "")


def normal(message):
    """A message without what says where in its source an error was raised, when a gateway may answer."""
    if message.kind not in "EN":
        return message.kind, message.body
    return message.kind, {code: value for code, value in message.fields.items() if code not in "FLR"}


def shape(messages):
    """What stays when values differ from run to run: columns, whether rows came, tags without counts."""
    found = []
    for one in messages:
        said = re.sub(rb"\d+", b"#", one.body) if one.kind in "TC" else b""
        if (one.kind, said) not in found[-1:] or one.kind != "D":
            found.append((one.kind, said))
    return found
