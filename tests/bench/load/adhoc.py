# SPDX-License-Identifier: Apache-2.0
"""Statements as an analyst's tool makes them: no two alike, in shape or in literals, over pgbench's
tables. Each finds few rows by an index, so that the gateway is what is measured."""

COLUMNS = ("aid", "bid", "abalance", "filler")
SHAPES = 120  # of each run; pgbench takes 128 scripts


def name(random):
    return "".join(random.choice("abcdefghijkmnopqrstuvwxyz") for _ in range(random.randint(3, 9)))


def predicate(random, alias):
    return random.choice([
        lambda: f"{alias}.abalance > {-random.randint(1, 10 ** 9)}",
        lambda: f"{alias}.bid IN ({', '.join(str(random.randint(1, 99)) for _ in range(random.randint(1, 12)))})",
        lambda: f"coalesce({alias}.abalance, {random.randint(1, 99)}) <> {random.randint(1, 10 ** 9)}",
        lambda: f"length({alias}.filler) BETWEEN {random.randint(0, 9)} AND {random.randint(80, 999)}",
    ])()


def output(random, alias):
    columns = random.sample(COLUMNS, random.randint(1, 4))
    extra = [f"{alias}.abalance + {random.randint(1, 99)} AS x_{name(random)}",
             f"CASE WHEN {alias}.bid = {random.randint(1, 9)} THEN 'a' ELSE 'b' END AS x_{name(random)}"]
    return ", ".join([f"{alias}.{column} AS c_{name(random)}" for column in columns]
                     + random.sample(extra, random.randint(0, 2)))


def statement(random):
    """Its literal :n is new in every execution, and too long for a verdict to carry over."""
    alias, other = "t_" + name(random), "u_" + name(random)
    where = [f"{alias}.aid = :n"] + [predicate(random, alias) for _ in range(random.randint(0, 4))]
    source = f"pgbench_accounts AS {alias}"
    if random.random() < 0.5:
        source += f" JOIN pgbench_branches AS {other} ON {other}.bid = {alias}.bid"
    if random.random() < 0.3:
        where.append(f"EXISTS (SELECT FROM pgbench_tellers AS s WHERE s.bid = {alias}.bid"
                     f" AND s.tid <> {random.randint(1, 10 ** 9)})")
    text = f"SELECT {output(random, alias)} FROM {source} WHERE {' AND '.join(where)}"
    if random.random() < 0.3:
        text = f"WITH w_{name(random)} AS ({text}) SELECT count(*), :n AS seen FROM pgbench_branches"
    return text + f" LIMIT {random.randint(1, 999)}"


def write_scripts(folder, random):
    """The paths of new scripts of pgbench."""
    paths = [folder / f"{number}.sql" for number in range(SHAPES)]
    for path in paths:
        path.write_text(f"\\set n random(1000000000, 2000000000)\n{statement(random)};\n")
    return paths
