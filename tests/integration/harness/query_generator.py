# SPDX-License-Identifier: Apache-2.0
"""Queries from a grammar over the oracle's schema, the same for the same seed: most are valid, some are
wrong on purpose. query_scope.py knows what can be named, query_expressions.py makes the expressions."""

import random

from .query_expressions import AGGREGATES, WINDOWS, Expressions
from .query_scope import Column, Item, Scope, quoted

ALIASES = ("p", "o", "q", "t", "x", "item", "orders", "name", "id")
NAMES = ("id", "name", "a", "b", "email", "label", "total", "person")
FUNCTIONS = [
    ("people()", "person"), ("rows_of({int})", [("id", "int"), ("name", "text")]),
    ("spots()", [("x", "int"), ("y", "int")]), ("pair_of({int})", [("a", "int"), ("b", "text")]),
    ("generate_series(1, {int})", "int"), ("unnest({texts})", "text"), ("unnest({ints})", "int"),
    ("jsonb_array_elements({jsonb})", [("value", "jsonb")]), ("moods()", "mood"), ("twice({int})", "int"),
    ("jsonb_each_text({jsonb})", [("key", "text"), ("value", "text")]),
    ("one_out({int})", [("only_one", "int")]),
]
JOINS = ("JOIN", "INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
PLAIN_KINDS = ("int", "int", "text", "text", "numeric", "date", "bool", "mood", "jsonb")


class Generator(Expressions):
    def __init__(self, seed, tables):
        self.chance = random.Random(seed)
        self.tables = tables
        self.is_wrong = False
        self.number = 0

    def one(self):
        self.is_wrong = self.chance.random() < 0.2
        return self.query(Scope(), None, 3)[0]

    def likely(self, share):
        return self.chance.random() < share

    def fresh(self):
        self.number += 1
        return f"n{self.number}"

    # -- statements that write

    def write(self):
        self.is_wrong = self.likely(0.15)
        scope = Scope()
        head = self.with_clause(scope, 1) if self.likely(0.25) else ""
        return head + self.chance.choice((self.insert, self.update, self.delete, self.merge))(scope)

    def target_table(self):
        name = self.chance.choice(("person", "orders", "item", "thing", "event", "spot", "shadow"))
        columns = [column for column in self.tables["public", name]
                   if column.kind and column.name != "total2"]
        item = Item(self.chance.choice(("p", "t", "z")), columns, name)
        return f"public.{name} AS {item.alias}", item

    def assigned(self, item):
        count = self.chance.randint(1, min(3, len(item.columns)))
        return self.chance.sample(item.columns, count)

    def settings(self, scope, item):
        return ", ".join(f"{quoted(column.name)} = {self.expression(scope, column.kind, 1)}"
                         for column in self.assigned(item))

    def returning(self, scope, item):
        if not self.likely(0.4):
            return ""
        ways = ["*", f"{item.alias}.*", item.alias]
        ways += [self.expression(scope, "text", 1), self.reference(scope, "int")]
        return " RETURNING " + self.chance.choice(ways)

    def insert(self, scope):
        text, item = self.target_table()
        columns = self.assigned(item)
        names = ", ".join(quoted(column.name) for column in columns)
        kinds = [column.kind for column in columns]
        rows = self.values if self.likely(0.4) else self.query
        text = f"INSERT INTO {text} ({names}) {rows(Scope(parent=scope), kinds, 1)[0]}"
        inside = Scope(parent=scope)
        inside.add(item)
        if item.table in ("person", "orders") and self.likely(0.4):
            both = Scope(parent=scope, named=[item, Item("excluded", item.columns)], open=[item])
            text += f" ON CONFLICT (id) DO UPDATE SET {self.settings(both, item)}"
            text += f" WHERE {self.condition(both, 1)}"
        return text + self.returning(inside, item)

    def update(self, scope):
        text, item = self.target_table()
        sources = self.from_clause(scope, 1) if self.likely(0.5) else ""
        scope.add(item)
        text = f"UPDATE {text} SET {self.settings(scope, item)}" + (f" FROM {sources}" if sources else "")
        return f"{text} WHERE {self.condition(scope, 1)}" + self.returning(scope, item)

    def delete(self, scope):
        text, item = self.target_table()
        sources = self.from_clause(scope, 1) if self.likely(0.5) else ""
        scope.add(item)
        text = f"DELETE FROM {text}" + (f" USING {sources}" if sources else "")
        return f"{text} WHERE {self.condition(scope, 1)}" + self.returning(scope, item)

    def merge(self, scope):
        text, item = self.target_table()
        source_text, source = self.item(scope, 1, is_lateral_ok=False)
        scope.add(source)
        both = Scope(parent=scope.parent, ctes=scope.ctes, named=[source, item], open=[source, item])
        column = self.chance.choice(item.columns)
        return (f"MERGE INTO {text} USING {source_text} ON {self.expression(both, 'bool', 1)}"
                f" WHEN MATCHED AND {self.expression(both, 'bool', 1)}"
                f" THEN UPDATE SET {self.settings(both, item)}"
                f" WHEN NOT MATCHED AND {self.expression(scope, 'bool', 1)}"
                f" THEN INSERT ({quoted(column.name)})"
                f" VALUES ({self.expression(scope, column.kind, 1)})")

    # -- queries

    def query(self, outer, kinds, depth):
        """(text, columns); `kinds`: what its columns must be, or None."""
        scope = Scope(parent=outer)
        head = self.with_clause(scope, depth) if depth > 0 and self.likely(0.2) else ""
        if depth > 0 and self.likely(0.12):
            text, columns = self.set_operation(scope, kinds, depth)
        elif depth > 0 and self.likely(0.05):
            text, columns = self.values(scope, kinds, depth)
        else:
            text, columns = self.select(scope, kinds, depth)
        return head + text, columns

    def wanted(self, kinds):
        return kinds or [self.chance.choice(PLAIN_KINDS) for _ in range(self.chance.randint(1, 3))]

    def set_operation(self, scope, kinds, depth):
        kinds = self.wanted(kinds)
        arms = [self.query(scope, kinds, depth - 1) for _ in range(self.chance.choice((2, 2, 3)))]
        operator = [self.chance.choice(("UNION", "UNION ALL", "INTERSECT", "EXCEPT")) for _ in arms]
        text = f"({arms[0][0]})" + "".join(f" {word} ({arm[0]})" for word, arm in zip(operator, arms[1:]))
        columns = arms[0][1]
        if self.likely(0.3):
            text += f" ORDER BY {self.chance.randint(1, len(kinds))}"
        elif self.likely(0.3) and [one.name for one in columns].count(columns[0].name) == 1:
            text += f" ORDER BY {quoted(columns[0].name)}"
        return text, columns

    def values(self, scope, kinds, depth):
        kinds = self.wanted(kinds)
        rows = [", ".join(self.expression(scope, kind, depth - 1) for kind in kinds)
                for _ in range(self.chance.randint(1, 3))]
        columns = [Column(f"column{i + 1}", kind) for i, kind in enumerate(kinds)]
        return "VALUES " + ", ".join(f"({row})" for row in rows), columns

    def select(self, scope, kinds, depth):
        sources = self.from_clause(scope, depth)
        if self.likely(0.18):
            targets, columns, tail = self.grouped(scope, kinds, depth)
        else:
            targets, columns, tail = self.plain(scope, kinds, depth)
        text = "SELECT " + targets
        if sources:
            text += " FROM " + sources
        if self.likely(0.45):
            text += " WHERE " + self.condition(scope, depth)
        return text + tail, columns

    def condition(self, scope, depth):
        if depth > 0 and self.likely(0.12):
            return f"EXISTS ({self.query(scope, None, depth - 1)[0]})"
        if depth > 0 and self.likely(0.12):
            kinds = [self.chance.choice(("int", "text")) for _ in range(self.chance.randint(1, 2))]
            left = ", ".join(self.expression(scope, kind, 1) for kind in kinds)
            rows = self.query(scope, kinds, depth - 1)[0]
            return f"({left}) {self.chance.choice(('IN', 'NOT IN'))} ({rows})"
        return self.expression(scope, "bool", depth)

    def target(self, text, kind):
        """A target and its column, which has a name of its own unless the text gives one."""
        name = self.chance.choice(NAMES) if self.likely(0.6) else self.fresh()
        return f"{text} AS {quoted(name)}", Column(name, kind)

    def plain(self, scope, kinds, depth):
        if kinds is None and self.likely(0.25) and scope.open:
            return self.starred(scope)
        kinds = self.wanted(kinds)
        is_windowed = self.likely(0.12)
        pairs = []
        for kind in kinds:
            is_window = is_windowed and kind in WINDOWS
            text = (self.filled(scope, self.chance.choice(WINDOWS[kind]), 1) if is_window
                    else self.expression(scope, kind, depth))
            pairs.append(self.target(text, kind))
        columns = [column for _, column in pairs]
        tail = ""
        if is_windowed:
            tail = f" WINDOW w AS (PARTITION BY {self.bracketed(scope, 'int', 1)}" \
                   f" ORDER BY {self.bracketed(scope, 'date', 1)})"
        head = ""
        if self.likely(0.08):
            head = "DISTINCT "
        elif self.likely(0.05):
            first = self.bracketed(scope, "text", 1)
            return f"DISTINCT ON ({first}) " + ", ".join(text for text, _ in pairs), columns, \
                f"{tail} ORDER BY {first}"
        return head + ", ".join(text for text, _ in pairs), columns, tail + self.order(scope, columns, head)

    def starred(self, scope):
        item = self.chance.choice(scope.named)
        if item.alias and self.likely(0.5) and [one.alias for one in scope.named].count(item.alias) == 1:
            return f"{quoted(item.alias)}.*", item.columns, ""
        return "*", [column for one in scope.open for column in one.columns], ""

    def order(self, scope, columns, head):
        if not self.likely(0.3):
            return self.limit(scope) if self.likely(0.1) else ""
        ways = [str(self.chance.randint(1, len(columns)))]
        names = [column.name for column in columns]
        ways += [quoted(name) for name in names if names.count(name) == 1]
        if not head:
            ways.append(self.bracketed(scope, self.chance.choice(("int", "text")), 1))
        return " ORDER BY " + self.chance.choice(ways) + self.chance.choice(("", " DESC", " NULLS FIRST"))

    def limit(self, scope):
        return f" LIMIT {self.expression(Scope(parent=scope.parent), 'int', 0)} OFFSET 1"

    def grouped(self, scope, kinds, depth):
        kinds = self.wanted(kinds)
        keys, pairs = [], []
        for kind in kinds:
            if kind in AGGREGATES and self.likely(0.6):
                pairs.append(self.target(self.filled(scope, self.chance.choice(AGGREGATES[kind]), 1), kind))
                continue
            key = self.reference(scope, kind)
            pairs.append(self.target(key, kind))
            # A place, the alias (which an input column of that name beats), or the expression.
            keys.append(self.chance.choice((str(len(pairs)), quoted(pairs[-1][1].name), f"({key})")))
        tail = ""
        if keys:
            form = self.chance.choice(("{}", "{}", "ROLLUP ({})", "GROUPING SETS (({}), ())", "CUBE ({})"))
            tail = " GROUP BY " + form.format(", ".join(keys))
        if self.likely(0.3):
            tail += " HAVING " + self.filled(scope, self.chance.choice(AGGREGATES["bool"]), 1)
        return ", ".join(text for text, _ in pairs), [column for _, column in pairs], tail

    # -- WITH

    def with_clause(self, scope, depth):
        parts = []
        is_recursive = self.likely(0.25)
        for _ in range(self.chance.randint(1, 2)):
            name = self.chance.choice(("q", "w", "orders", "person", "thing"))
            if any(name == cte.alias for cte in scope.ctes):
                continue
            inner = Scope(parent=scope.parent, ctes=[] if is_recursive else list(scope.ctes))
            if is_recursive:
                text, columns = self.recursive(inner, name)
            else:
                text, columns = self.query(inner, None if self.likely(0.3) else self.wanted(None), depth - 1)
            names = ""
            if columns and self.likely(0.4):
                columns = [Column(self.fresh(), column.kind) for column in columns]
                names = "(" + ", ".join(column.name for column in columns) + ")"
            how = self.chance.choice(("", "", "MATERIALIZED ", "NOT MATERIALIZED "))
            parts.append(f"{name}{names} AS {how}({text})")
            scope.ctes.append(Item(name, columns))
        return f"WITH {'RECURSIVE ' if is_recursive else ''}{', '.join(parts)} "

    def recursive(self, scope, name):
        first = Scope(parent=scope)
        start = f"SELECT {self.expression(first, 'int', 1)} AS n, {self.expression(first, 'text', 1)} AS s"
        columns = [Column("n", "int"), Column("s", "text")]
        second = Scope(parent=scope)
        second.add(Item("r", columns))
        sources = f"{name} AS r(n, s)"
        if self.likely(0.5):
            text, item = self.table(Scope(), "z")
            second.add(item)
            sources += f" JOIN {text} ON {self.expression(second, 'bool', 1)}"
        step = f"SELECT {self.expression(second, 'int', 1)}, {self.bracketed(second, 'text', 1)}::text"
        step += f" FROM {sources}"
        return f"{start} {self.chance.choice(('UNION', 'UNION ALL'))} {step}", columns

    # -- FROM

    def from_clause(self, scope, depth):
        parts = []
        for _ in range(self.chance.choice((0, 1, 1, 1, 1, 2, 2))):
            if depth > 0 and self.likely(0.4):
                parts.append(self.join(scope, depth))
            else:
                text, item = self.item(scope, depth, is_lateral_ok=True)
                scope.add(item)
                parts.append(text)
        return ", ".join(parts)

    def alias(self, scope):
        taken = {item.alias for item in scope.named}
        free = [name for name in ALIASES if name not in taken]
        return self.chance.choice(free) if free and not (self.is_wrong and self.likely(0.1)) else self.fresh()

    def item(self, scope, depth, is_lateral_ok):
        roll = self.chance.random()
        ctes = scope.cte_names()
        if ctes and roll < 0.35:
            cte = self.chance.choice(ctes)
            if next(one for one in ctes if one.alias == cte.alias) is cte:
                return self.renamed(scope, quoted(cte.alias), cte.columns, "")
        if depth > 0 and roll < 0.5:
            return self.subquery(scope, depth, is_lateral_ok)
        if roll < 0.6:
            return self.function(scope if is_lateral_ok else Scope(parent=scope.parent))
        if roll < 0.65:
            return self.table_function(scope if is_lateral_ok else Scope(parent=scope.parent))
        return self.table(scope)

    def table(self, scope, alias=None):
        hidden = {cte.alias for cte in scope.cte_names()}
        (schema, name), columns = self.chance.choice(sorted(self.tables.items()))
        in_public = ("public", name) in self.tables
        is_bare = self.likely(0.6) and name not in hidden and (schema == "public" or not in_public)
        if self.is_wrong and self.likely(0.06):
            name = name + "s"
        text = quoted(name) if is_bare else f"{schema}.{quoted(name)}"
        if self.likely(0.08):
            text = "ONLY " + text
        if alias:
            return f"{text} {alias}", Item(alias, columns, name)
        text, item = self.renamed(scope, text, columns, name)
        if self.likely(0.06) and not name.startswith("v_"):
            argument = self.expression(Scope(parent=scope.parent), "int", 1)
            text += f" TABLESAMPLE SYSTEM ({argument}) REPEATABLE (3)"
        return text, item

    def renamed(self, scope, text, columns, table):
        """With an alias, and sometimes names for the first columns; or as it is."""
        bare = table or text
        if self.likely(0.3) and bare.strip('"') not in {item.alias for item in scope.named}:
            return text, Item(bare.strip('"'), columns, table)
        alias = self.alias(scope)
        if columns and self.likely(0.15):
            count = self.chance.randint(1, len(columns))
            columns = [Column(self.chance.choice((*NAMES, self.fresh())), column.kind)
                       for column in columns[:count]] + columns[count:]
            names = ", ".join(quoted(column.name) for column in columns[:count])
            return f"{text} AS {quoted(alias)}({names})", Item(alias, columns)
        return f"{text} {self.chance.choice(('', 'AS '))}{quoted(alias)}", Item(alias, columns, table)

    def subquery(self, scope, depth, is_lateral_ok):
        is_lateral = is_lateral_ok and self.likely(0.4)
        inner = scope if is_lateral else Scope(parent=scope.parent, ctes=scope.ctes)
        text, columns = self.query(inner, None if self.likely(0.3) else self.wanted(None), depth - 1)
        alias = self.alias(scope)
        return f"{'LATERAL ' if is_lateral else ''}({text}) AS {quoted(alias)}", Item(alias, columns)

    def function(self, scope):
        form, gives = self.chance.choice(FUNCTIONS)
        alias = self.alias(scope)
        text = self.filled(scope, form, 1)
        if gives == "person":
            columns, table = self.tables["public", "person"], "person"
        elif isinstance(gives, str):
            columns, table = [Column(alias, gives)], ""
        else:
            columns, table = [Column(*one) for one in gives], ""
        if self.likely(0.15):
            text, table = text + " WITH ORDINALITY", ""
            columns = [*columns, Column("ordinality", "int")]
        elif self.likely(0.1):
            text, table = f"ROWS FROM ({text}, generate_series(1, 2))", ""
            if len(columns) == 1 and columns[0].name == alias:
                columns = [Column(form.partition("(")[0], columns[0].kind)]
            columns = [*columns, Column("generate_series", "int")]
        return f"{text} AS {quoted(alias)}", Item(alias, columns, table)

    def table_function(self, scope):
        """Items that name their columns themselves."""
        alias = self.alias(scope)
        columns = [Column(self.fresh(), kind) for kind in ("int", "text", "mood")]
        kinds = ("int", "short_words", "public.mood")
        types = [f"{column.name} {kind}" for column, kind in zip(columns, kinds)]
        form = self.chance.choice((
            "any_rec() AS {alias}({types})", "jsonb_to_recordset({{jsonb}}) AS {alias}({types})",
            "ROWS FROM (any_rec() AS ({types}), twice({{int}})) AS {alias}",
            "XMLTABLE('/r' PASSING xmlelement(NAME e, {{text}}) COLUMNS {paths}) AS {alias}"))
        paths = f"{types[0]} PATH 'a' DEFAULT {{int}}, {types[1]} PATH {{text}}, {types[2]} DEFAULT {{mood}}"
        text = form.format(alias=quoted(alias), types=", ".join(types), paths=paths)
        if text.startswith("ROWS"):
            columns.append(Column("twice", "int"))
        return self.filled(scope, text, 1), Item(alias, columns)

    def join(self, scope, depth):
        kind = self.chance.choice(JOINS)
        is_lateral_ok = kind in ("JOIN", "INNER JOIN", "LEFT JOIN")
        left_text, left = self.item(scope, depth - 1, is_lateral_ok=True)
        beside = Scope(scope.named + [left], scope.open + [left], scope.parent, scope.ctes)
        right_text, right = self.item(beside, depth - 1, is_lateral_ok)
        mine = [column.name for column in left.columns]
        theirs = [column.name for column in right.columns]
        kinds = {column.name: column.kind for column in right.columns}
        common = [column.name for column in left.columns
                  if mine.count(column.name) == theirs.count(column.name) == 1
                  and column.kind == kinds[column.name] and column.kind not in ("", "jsonb")]
        both = Scope(named=[left, right], open=[left, right], parent=scope.parent, ctes=scope.ctes)
        merged = Item("", left.columns + right.columns)
        aliases = [left, right]
        if common and self.likely(0.5):
            chosen = self.chance.sample(common, self.chance.randint(1, min(2, len(common))))
            text = f"{left_text} {kind} {right_text} USING ({', '.join(map(quoted, chosen))})"
            rest = [column for column in left.columns + right.columns if column.name not in chosen]
            merged = Item("", [Column(name, kinds[name]) for name in chosen] + rest)
            if self.likely(0.2):
                alias = self.fresh()
                text += f" AS {alias}"
                aliases.append(Item(alias, merged.columns[:len(chosen)]))
        elif common and set(common) == set(mine) & set(theirs) and self.likely(0.3):
            text = f"{left_text} NATURAL {kind} {right_text}"
            rest = [column for column in left.columns + right.columns if column.name not in common]
            merged = Item("", [Column(name, kinds[name]) for name in common] + rest)
        elif kind == "FULL JOIN":
            condition = f"{self.reference(both, 'int')} = {self.reference(both, 'int')}"
            text = f"{left_text} FULL JOIN {right_text} ON {condition}"
        elif self.likely(0.1):
            text = f"{left_text} CROSS JOIN {right_text}"
        else:
            text = f"{left_text} {kind} {right_text} ON {self.expression(both, 'bool', 1)}"
        if self.likely(0.15):
            alias = self.alias(beside)
            item = Item(alias, merged.columns)
            scope.add(item)
            return f"({text}) AS {quoted(alias)}"
        scope.named.extend(aliases)
        scope.open.append(merged)
        return text
