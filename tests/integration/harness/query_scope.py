# SPDX-License-Identifier: Apache-2.0
"""What a generated query can name at one place: items of FROM, level by level."""

import dataclasses
import re

KINDS = {
    "integer": "int", "bigint": "int", "public.positive": "int", "text": "text", "character varying": "text",
    "public.words": "text", "public.short_words": "text", "numeric": "numeric", "date": "date",
    "jsonb": "jsonb", "boolean": "bool", "public.mood": "mood", "public.point_t": "point",
    "public.address": "address", "public.home_t": "address", "integer[]": "ints", "text[]": "texts",
}
TABLES = """
SELECT nspname, relname, array_agg(ARRAY[attname, format_type(atttypid, NULL)] ORDER BY attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute ON attrelid = c.oid
WHERE nspname IN ('public', 'side') AND relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped
GROUP BY 1, 2 ORDER BY 1, 2"""


def quoted(name):
    return name if re.fullmatch("[a-z_][a-z0-9_]*", name) and name != "select" else f'"{name}"'


@dataclasses.dataclass
class Column:
    name: str
    kind: str  # of KINDS, or "" where no expression asks for it


@dataclasses.dataclass
class Item:
    alias: str  # "": it has none
    columns: list
    table: str = ""  # of a plain table: its name


@dataclasses.dataclass
class Scope:
    """`named` can qualify, `open` gives bare names: a join's merged columns are in `open` only."""
    named: list = dataclasses.field(default_factory=list)
    open: list = dataclasses.field(default_factory=list)
    parent: "Scope | None" = None
    ctes: list = dataclasses.field(default_factory=list)

    def add(self, item):
        self.named.append(item)
        self.open.append(item)

    def levels(self):
        at = self
        while at is not None:
            yield at
            at = at.parent

    def cte_names(self):
        return [cte for level in self.levels() for cte in level.ctes]

    def references(self):
        """(text, kind, item) of every column that can be named, in each way that means just it."""
        found = []
        hidden_names, hidden_aliases = set(), set()
        for level in self.levels():
            names = [column.name for item in level.open for column in item.columns]
            found += [(quoted(column.name), column.kind, item) for item in level.open
                      for column in item.columns
                      if names.count(column.name) == 1 and column.name not in hidden_names]
            aliases = [item.alias for item in level.named]
            for item in level.named:
                if not item.alias or aliases.count(item.alias) > 1 or item.alias in hidden_aliases:
                    continue
                own = [column.name for column in item.columns]
                found += [(f"{quoted(item.alias)}.{quoted(column.name)}", column.kind, item)
                          for column in item.columns if own.count(column.name) == 1]
            hidden_names.update(names)
            hidden_aliases.update(aliases)
        return found

    def rows(self):
        """Aliases that a bare name reaches as a whole row, with their items."""
        names, aliases = set(), set()
        found = []
        for level in self.levels():
            names.update(column.name for item in level.open for column in item.columns)
            own = [item.alias for item in level.named]
            found += [(quoted(item.alias), item) for item in level.named
                      if item.alias and own.count(item.alias) == 1 and item.alias not in names | aliases]
            aliases.update(own)
        return found


def tables(connection):
    """{(schema, name): columns} of every relation of the schema."""
    connection.execute("SELECT set_config('search_path', '', false)")
    return {(schema, name): [Column(column, KINDS.get(kind, "")) for column, kind in columns]
            for schema, name, columns in connection.execute(TABLES)}
