# SPDX-License-Identifier: Apache-2.0
"""Overload resolution against the server's own: generated calls and operators, with literals,
domains, arrays, rows and every way of notation; then the same with types left out."""

import json
import os
import pathlib
import random
import subprocess

import psycopg
import pytest
from harness import typing_oracle, typing_rows

CHOOSE = os.environ.get("POSTERN_CHOOSE", "")
CALLS = int(os.environ.get("POSTERN_TYPING_CALLS", "1500"))
SEED = os.environ.get("POSTERN_TYPING_SEED", "1")
UNKNOWN, CANNOT_TELL, RECORD, RECORD_ARRAY, ANY = 705, 0, 2249, 2287, 2276
PATHS = ("pg_catalog, public, other", "public, pg_catalog", "other, public", "pg_catalog")
SCHEMA = pathlib.Path(__file__).with_name("harness") / "typing.sql"


@pytest.fixture(scope="module")
def database(cluster):
    with psycopg.connect(host=str(cluster.folder), port=cluster.port, user="postgres",
                         dbname="postgres", autocommit=True) as first:
        first.execute("CREATE DATABASE typing")
    with psycopg.connect(host=str(cluster.folder), port=cluster.port, user="postgres",
                         dbname="typing", autocommit=True) as connection:
        connection.execute(SCHEMA.read_text())
        connection.execute(typing_oracle.SQL)
        yield connection


class World:
    """The catalog, and how to write a value of each type."""

    def __init__(self, database, folder):
        text = typing_rows.dump(database)
        self.file = folder / "rows.json"
        self.file.write_text(text)
        rows = json.loads(text)
        self.functions = [row for row in rows["functions"] if row["kind"] != "p"]
        self.operators = rows["operators"]
        self.types = {row["oid"]: row for row in rows["types"]}
        self.casts = {}
        for row in rows["casts"]:
            self.casts.setdefault(row["target"], []).append(row["source"])
        self.schemas = dict(database.execute("SELECT oid::int8, nspname FROM pg_namespace").fetchall())
        database.execute("SET search_path = ''")
        self.values = {oid: f"NULL::{name}" for oid, name in database.execute(
            """SELECT t.oid::int8, format_type(t.oid, NULL) FROM pg_type t
               LEFT JOIN pg_type e ON e.oid = t.typelem LEFT JOIN pg_class c
                 ON c.oid IN (t.typrelid, e.typrelid)
               WHERE t.typisdefined AND t.typtype <> 'p' AND t.typnamespace <> 'scratch'::regnamespace
                 AND COALESCE(e.typtype, 'b') <> 'p' AND COALESCE(c.oid, 16384) >= 16384""").fetchall()}
        self.values |= {RECORD: "(SELECT ROW(1, 2))", RECORD_ARRAY: "ARRAY[ROW(1, 2)]", UNKNOWN: "NULL"}
        self.by_category = {}
        for oid in self.values:
            self.by_category.setdefault(self.types[oid]["category"], []).append(oid)
        self.all = sorted(self.values)

    def near(self, chance, declared):
        """A type that may be given where `declared` is wanted."""
        row = self.types.get(declared)
        draw = chance.random()
        if draw < 0.2:
            return UNKNOWN
        if draw < 0.55 and declared in self.values:
            return declared
        if draw < 0.7:
            sources = [one for one in self.casts.get(declared, ()) if one in self.values]
            if sources:
                return chance.choice(sources)
        if draw < 0.93 and row:
            alike = {"anyarray": "A", "anycompatiblearray": "A", "anyenum": "E", "anyrange": "R",
                     "anymultirange": "R"}.get(row["name"], row["category"])
            if self.by_category.get(alike):
                return chance.choice(self.by_category[alike])
        return chance.choice(self.all)

    def value(self, oid):
        return self.values[oid]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def call_of(world, chance, function):
    """A call near to what the function takes, as question and as text."""
    declared = list(function["arguments"])
    given = len(declared) - chance.randint(0, function["defaults"])
    is_variadic = False
    if function["variadic"]:
        if chance.random() < 0.3 and given == len(declared):
            is_variadic = True
        else:
            declared = declared[:-1] + [function["variadic"]] * chance.randint(1, 3)
            given = len(declared)
    types = [world.near(chance, oid) for oid in declared[:given]]
    if len(types) > 1 and chance.random() < 0.3:
        types[1:] = [types[0] if chance.random() < 0.6 else one for one in types[1:]]
    names = [""] * given
    if function["argument_names"] and chance.random() < 0.35:
        for place in range(chance.randint(0, given - 1) if given else 0, given):
            names[place] = (function["argument_names"] + [""] * given)[place]
        if not all(names[next((i for i, name in enumerate(names) if name), given):]):
            names = [""] * given
    if any(names) and chance.random() < 0.5 and not is_variadic:
        first = next(i for i, name in enumerate(names) if name)
        tail = list(zip(names[first:], types[first:]))
        chance.shuffle(tail)
        names[first:], types[first:] = [name for name, _ in tail], [one for _, one in tail]
    return {"call": function["name"], "is_variadic": is_variadic,
            "arguments": [{"type": one, "name": name} for one, name in zip(types, names)]}


def call_text(world, function, question, schema):
    terms = []
    for number, argument in enumerate(question["arguments"]):
        term = world.value(argument["type"])
        if argument["name"]:
            term = f"{quoted(argument['name'])} => {term}"
        if question["is_variadic"] and number == len(question["arguments"]) - 1:
            term = "VARIADIC " + term
        terms.append(term)
    prefix = quoted(schema) + "." if schema else ""
    over = " OVER ()" if function["kind"] == "w" else ""
    return f"{prefix}{quoted(question['call'])}({', '.join(terms)}){over}"


def ordered_text(world, question, direct):
    terms = [world.value(one["type"]) for one in question["arguments"]]
    return (f"{quoted(question['call'])}({', '.join(terms[:direct])})"
            f" WITHIN GROUP (ORDER BY {', '.join(terms[direct:])})")


def calls(world, chance, path, count):
    """(question, expression) pairs of functions that are on the path, user's own ones often."""
    mine = [one for one in world.functions if one["oid"] >= 16384]
    pairs = []
    while len(pairs) < count:
        function = chance.choice(mine if chance.random() < 0.4 else world.functions)
        question = call_of(world, chance, function)
        if any(one["type"] not in world.values for one in question["arguments"]):
            continue
        if function["is_ordered_set"]:
            question["arguments"] = question["arguments"] or [{"type": UNKNOWN}]
            if any(one.get("name") for one in question["arguments"]) or question["is_variadic"]:
                continue
            question["is_ordered_set"] = True
            question["path"] = path
            direct = 0 if function["name"] == "mode" else len(question["arguments"]) // 2
            if direct == len(question["arguments"]):
                continue
            pairs.append((question, ordered_text(world, question, direct)))
            continue
        schema = world.schemas[function["schema"]] if chance.random() < 0.1 else ""
        question["path"] = [function["schema"]] if schema else path
        pairs.append((question, call_text(world, function, question, schema)))
    return pairs


def casts(world, chance, path, count):
    """Calls whose name is a type's."""
    pairs = []
    for _ in range(count):
        row = world.types[chance.choice(world.all)]
        question = {"call": row["name"], "is_variadic": False, "path": path,
                    "arguments": [{"type": world.near(chance, row["oid"])}]}
        if row["name"] == "record":
            continue
        pairs.append((question, f"{quoted(row['name'])}({world.value(question['arguments'][0]['type'])})"))
    return pairs


def operators(world, chance, path, count):
    mine = [one for one in world.operators if one["oid"] >= 16384]
    pairs = []
    while len(pairs) < count:
        row = chance.choice(mine if chance.random() < 0.3 else world.operators)
        right = world.near(chance, row["right"])
        left = world.near(chance, row["left"]) if row["left"] else None
        if left is not None and chance.random() < 0.2:
            left = right
        schema = world.schemas[row["schema"]] if chance.random() < 0.1 else ""
        name = f"OPERATOR({quoted(schema)}.{row['name']})" if schema else row["name"]
        terms = [f"({world.value(one)})" for one in (left, right) if one is not None]
        terms.insert(-1, name)
        pairs.append(({"operator": row["name"], "left": left, "right": right,
                       "path": [row["schema"]] if schema else path}, " ".join(terms)))
    return pairs


def choose(world, questions):
    text = "".join(json.dumps(one) + "\n" for one in questions)
    done = subprocess.run([CHOOSE, world.file], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def blanked(chance, question):
    """The same question with at least one type that cannot be told."""
    copy = json.loads(json.dumps(question))
    holes = ([(copy, "right")] + [(copy, "left")] * (question["left"] is not None)
             if "operator" in copy else [(one, "type") for one in copy["arguments"]])
    if not holes:
        return copy
    for place in chance.sample(range(len(holes)), chance.randint(1, len(holes))):
        holder, key = holes[place]
        holder[key] = CANNOT_TELL
    return copy


def is_agreed(question, truth, answer):
    """With every type told: PostgreSQL's one choice and its type."""
    if truth[0] == "absent" and question.get("is_ordered_set"):
        return True  # The number of direct arguments is not ours to count.
    if truth[0] == "chosen":
        # What a default is of type is not in the snapshot.
        results = {truth[2], CANNOT_TELL} if question.get("call") == "spare" else {truth[2]}
        return answer["chosen"] == [truth[1]] and answer["result"] in results and not answer["cast"]
    if truth[0] == "cast":
        return answer["cast"] != 0 and not answer["chosen"]
    if truth[0] in ("absent", "ambiguous"):
        none = not answer["chosen"] and not answer["cast"]
        return none and answer["is_ambiguous"] == (truth[0] == "ambiguous")
    return True


def is_covered(truth, answer):
    """With types left out: the choice is among the answers, and a told type is the right one."""
    if truth[0] == "chosen":
        return truth[1] in answer["chosen"] and answer["result"] in (CANNOT_TELL, truth[2])
    return truth[0] != "cast" or answer["cast"] != 0


@pytest.fixture(scope="module")
def world(database, tmp_path_factory):
    return World(database, tmp_path_factory.mktemp("typing"))


@pytest.mark.parametrize("number", range(len(PATHS)))
@pytest.mark.parametrize("generate", (calls, operators, casts))
def test_agrees_with_the_server(database, world, generate, number):
    chance = random.Random(f"{SEED} {generate.__name__} {number}")
    database.execute("SELECT set_config('search_path', %s, false)", [PATHS[number]])
    path = [row[0] for row in database.execute(
        "SELECT n.oid::int8 FROM unnest(current_schemas(true)) WITH ORDINALITY s(name, place)"
        " JOIN pg_namespace n ON nspname = name ORDER BY place").fetchall()]
    pairs = generate(world, chance, path, CALLS)
    truths = typing_oracle.ask(database, [text for _, text in pairs], PATHS[number])
    counts = {}
    for truth in truths:
        counts[truth[0]] = counts.get(truth[0], 0) + 1
    print(generate.__name__, PATHS[number], counts)
    assert counts.get("chosen", 0) + counts.get("cast", 0) > CALLS / 5, counts

    answers = choose(world, [question for question, _ in pairs])
    wrong = [(text, truth, answer) for (question, text), truth, answer
             in zip(pairs, truths, answers) if not is_agreed(question, truth, answer)]
    assert not wrong, (len(wrong), wrong[:20])

    holed = [blanked(chance, question) for question, _ in pairs]
    missed = [(text, truth, question, answer) for (_, text), truth, question, answer
              in zip(pairs, truths, holed, choose(world, holed)) if not is_covered(truth, answer)]
    assert not missed, (len(missed), missed[:20])


def type_of(database, expression):
    """Its type; None where PostgreSQL refuses the expression."""
    try:
        return database.execute(f"SELECT pg_typeof({expression})::oid::int8").fetchone()[0]
    except psycopg.errors.Error:
        return None


def test_common_types(database, world):
    chance = random.Random(f"{SEED} common")
    database.execute("SET search_path = ''")
    lists, truths = [], []
    while len(lists) < CALLS // 2:
        first = chance.choice(world.all)
        types = [first] + [world.near(chance, first) for _ in range(chance.randint(1, 3))]
        chance.shuffle(types)
        lists.append(types)
        truths.append(type_of(database, f"COALESCE({', '.join(map(world.value, types))})"))
    assert sum(truth is not None for truth in truths) > len(lists) / 3
    answers = choose(world, [{"common": types} for types in lists])
    wrong = [row for row in zip(lists, truths, answers) if row[1] is not None and row[1] != row[2]]
    assert not wrong, wrong[:20]

    holed = [[CANNOT_TELL if chance.random() < 0.4 else one for one in types] for types in lists]
    wrong = [row for row in zip(holed, lists, truths, choose(world, [{"common": one} for one in holed]))
             if row[2] is not None and row[3] not in (row[2], CANNOT_TELL)]
    assert not wrong, wrong[:20]


def test_subscripts(database, world):
    database.execute("SET search_path = ''")
    types = [one for one in world.all if one != UNKNOWN]
    for one, answer in zip(types, choose(world, [{"container": one} for one in types])):
        for key, subscript in (("element", "[1]"), ("slice", "[1:2]")):
            truth = type_of(database, f"({world.value(one)}){subscript}")
            assert truth is None or answer[key] in (truth, CANNOT_TELL), (one, key, truth, answer)
            assert truth is None or one >= 16384 or answer[key] == truth, (one, key, truth, answer)
