# SPDX-License-Identifier: Apache-2.0
"""Generated expressions of a wanted kind over a Scope. {int} and the like stand for further ones."""

import re

from .query_scope import quoted

LITERALS = {
    "int": ["1", "42", "-3", "NULL::int", "'7'::int", "length('abc')"],
    "text": ["'a'", "'x'::text", "E'q\\n'", "NULL::text", "$$z$$", "current_user::text"],
    "numeric": ["1.5", "2e3", "3::numeric", "'4.5'::numeric(4, 1)"],
    "date": ["current_date", "date '2020-01-01'", "'2021-02-03'::date"],
    "jsonb": ["'{}'::jsonb", "jsonb_build_array(1)"],
    "bool": ["true", "false", "NULL IS NULL"],
    "mood": ["'sad'::mood", "3::mood", "public.int_mood(1)"],
    "point": ["ROW(1, 2)::point_t", "'(1,2)'::public.point_t"],
    "address": ["ROW('a', 'b', NULL)::address", "ROW('a', 'z', ROW(1, 2))::home_t"],
    "ints": ["ARRAY[1, 2]", "'{1}'::int[]", "ARRAY[]::int[]"],
    "texts": ["ARRAY['a', 'b']", "'{a}'::text[]"],
}
FORMS = {
    "int": ["(poly({int})).one", "((poly({int})).many)[1]", "{int} + {int}", "- {int}",
        "{int} OPERATOR(pg_catalog.*) {int}", "length({text})",
        "twice({int})", "public.span({int})", "span({int}, b => {int})", "vsum({int}, {int})",
        "vsum(VARIADIC {ints})", "CASE WHEN {bool} THEN {int} ELSE {int} END",
        "CASE {int} WHEN {int} THEN {int} END", "COALESCE({int}, {int}, 0)", "NULLIF({int}, {int})",
        "GREATEST({int}, {int})", "({ints})[1]", "({ints})[{int}]", "cardinality({texts})", "({point}).x",
        "({address}).geo.y", "area({point})", "({point}).area", "zip({address})", "{text}::int",
        "CAST({numeric} AS int)", "{int}::positive", "EXTRACT(year FROM {date})::int", "ident({int})",
        "first_of({ints})", "one_out({int})", "(pair_of({int})).a", "{point}::int",
        "({jsonb} ->> 'a')::int", "strpos({text}, {text})"],
    "text": ["{text} || {text}", "{text} || 'x'", "upper({text})", "twice({text})", "side.twice({int})",
        "hidden({int}, {text})", "side.hidden(b => {text}, a => {int})", "{int}::text", "{mood}::text",
        "{int} OPERATOR(side.+) {text}", "{int} + {text}", "~~~{text}", "({address}).street",
        "({address}).zip", "{address}::text", "mood_text({mood})", "CASE WHEN {bool} THEN {text} END",
        "COALESCE({text}, {text})", "substring({text} FROM {int} FOR 2)", "trim({text})",
        '{text} COLLATE "C"', "concat({text}, {int})", "(pair_of({int})).b", "{jsonb} ->> {text}",
        "shout({text})", "({texts})[{int}]", "ident({text})", "{text}::short_words",
        "CAST({date} AS text)", "vsum({text}, {text})", "LEAST({text}, {text})"],
    "numeric": ["{numeric} * {numeric}", "{int} / 2.0", "round({numeric}, 1)", "{int}::numeric",
        "abs({numeric})", "COALESCE({numeric}, {int})", "CASE WHEN {bool} THEN {int} ELSE {numeric} END",
        "ident({numeric})"],
    "date": ["{date} + {int}", "twice({numeric})", "COALESCE({date}, {date})", "CAST({text} AS date)"],
    "jsonb": ["to_jsonb({text})", "to_jsonb({address})", "{jsonb} -> {text}", "{jsonb} || {jsonb}",
        "jsonb_build_object('a', {int})"],
    "bool": ["{int} = {int}", "{text} <> {text}", "{text} === {text}", "{text} LIKE {text}",
        "{int} IN (1, {int}, {int})", "{text} NOT IN ('a', {text})", "{int} BETWEEN {int} AND {int}",
        "{int} IS NULL", "{bool} AND {bool}", "NOT ({bool})", "{bool} OR {bool}", "{int} = ANY ({ints})",
        "{text} = ANY ({texts})", "{date} > {date}", "({int}, {text}) = ({int}, {text})",
        "({int}, {int}) < ({int}, {int})", "{text} IS DISTINCT FROM {text}", "{mood} = {text}",
        "{mood} = 'sad'", "{point} < {point}", "{point} = {point}", "{address} ## {address}",
        "({bool}) IS NOT TRUE", "{numeric} >= {int}", "{ints} && {ints}", "{text} SIMILAR TO {text}",
        "{address} IS NOT NULL", "{int} > ALL ({ints})", "{date} NOT BETWEEN SYMMETRIC {date} AND {date}"],
    "mood": ["COALESCE({mood}, {mood})", "{int}::mood", "{text}::mood", "ident({mood})"],
    "point": ["({address}).geo", "ROW({int}, {int})::point_t", "COALESCE({point}, {point})"],
    "address": ["ROW({text}, {text}, {point})::address", "{address}::home_t"],
    "ints": ["ARRAY[{int}, {int}]", "{ints} || {int}", "({ints})[{int}:2]", "array_remove({ints}, {int})"],
    "texts": ["ARRAY[{text}]", "string_to_array({text}, ',')", "{texts}::varchar[]::text[]",
        "array_append({texts}, {text})"],
}
AGGREGATES = {
    "int": ["count(*)::int", "max({int})", "total_of({int})", "min({int}) FILTER (WHERE {bool})",
        "count(DISTINCT {text})::int", "total_of(DISTINCT {int})"],
    "text": ["string_agg({text}, ',' ORDER BY {int})", "max({text})", 'min({text} COLLATE "C")',
        "mode() WITHIN GROUP (ORDER BY {text})"],
    "numeric": ["sum({numeric})", "avg({int})",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY {int})::numeric"],
    "bool": ["bool_or({bool})", "every({int} = 1)"],
    "mood": ["middle(0.5) WITHIN GROUP (ORDER BY {mood})", "max({mood})"],
    "ints": ["array_agg({int} ORDER BY {text})"],
    "texts": ["array_agg({text})"],
    "date": ["max({date})"],
    "jsonb": ["jsonb_agg({int})"],
}
WINDOWS = {
    "int": ["rank() OVER (PARTITION BY {text} ORDER BY {int})::int",
        "sum({int}) OVER (ORDER BY {date})::int", "lag({int}) OVER (PARTITION BY {point})",
        "first_value({int}) OVER w",
        "count(*) FILTER (WHERE {bool}) OVER (ORDER BY {int} ROWS 1 PRECEDING)::int"],
    "text": ["lead({text}) OVER w", "max({text}) OVER (w ROWS 2 PRECEDING)"],
}
ROW_FUNCTIONS = {"person": ["full_name", "age"], "v_person": ["initials"], "thing": ["title"],
                 "sub_thing": ["title"]}
SLOT = re.compile(r"\{(\w+)\}")
UNKNOWN_NAMES = ("nothing", "gone", "Id", "salary", "ctid_", "email2")


class Expressions:
    """Mixed into the generator: `self.chance` is its random.Random, `self.is_wrong` whether it may err."""

    def expression(self, scope, kind, depth=2):
        """Text of that kind."""
        roll = self.chance.random()
        if roll < 0.06 and depth > 0 and kind not in ("point", "address"):
            return "(" + self.query(scope, [kind], depth - 1)[0] + self.chance.choice((" LIMIT 1)", ")"))
        if roll < 0.5 and depth > 0:
            return self.filled(scope, self.chance.choice(FORMS[kind]), depth - 1)
        return self.reference(scope, kind)

    def filled(self, scope, form, depth):
        return SLOT.sub(lambda slot: self.bracketed(scope, slot[1], depth), form)

    def bracketed(self, scope, kind, depth):
        text = self.expression(scope, kind, depth)
        is_simple = re.fullmatch(r'[\w."]+(\([^()]*\))?', text)
        return text if is_simple else f"({text})"

    def reference(self, scope, kind):
        if self.is_wrong and self.chance.random() < 0.08:
            return self.wrong_reference(scope)
        if kind in ("text", "int") and self.chance.random() < 0.1 and scope.rows():
            return self.of_a_row(scope, kind)
        fitting = [text for text, one, _ in scope.references() if one == kind]
        if not fitting or self.chance.random() < 0.1:
            return self.chance.choice(LITERALS[kind])
        return self.chance.choice(fitting)

    def of_a_row(self, scope, kind):
        """A field or a function of a whole row, in each notation."""
        alias, item = self.chance.choice(scope.rows())
        names = [column.name for column in item.columns if column.kind == kind]
        names = [name for name in names if [one.name for one in item.columns].count(name) == 1]
        functions = ROW_FUNCTIONS.get(item.table, []) if kind == "text" else []
        if functions and self.chance.random() < 0.6:
            name = self.chance.choice(functions)
            forms = ["{name}({alias})", "({alias}).{name}", "{name}({alias}.*)"]
            if name not in {column.name for column in item.columns}:
                forms.append("{alias}.{name}")
            else:
                forms = forms[:1]
            return self.chance.choice(forms).format(name=name, alias=alias)
        if names and item.table:
            form = self.chance.choice(("({}).{}", "({}.*).{}"))
            return form.format(alias, quoted(self.chance.choice(names)))
        return f"length(({alias})::text)" if kind == "int" else f"({alias}.*)::text"

    def wrong_reference(self, scope):
        """A name that is not there, is beyond reach, or means two things; or, by luck, one that is fine."""
        names = [column.name for level in scope.levels() for item in level.open for column in item.columns]
        aliases = [item.alias for level in scope.levels() for item in level.named if item.alias]
        ways = [lambda: self.chance.choice(UNKNOWN_NAMES),
                lambda: quoted(self.chance.choice(names or ["id"])),
                lambda: f"{quoted(self.chance.choice(aliases or ['p']))}.{self.chance.choice(UNKNOWN_NAMES)}",
                lambda: f"{self.chance.choice(('p', 'person', 'orders', 'q9'))}.id",
                lambda: f"nothing({self.reference(scope, 'int')})",
                lambda: f"vsum({self.reference(scope, 'bool')})",
                lambda: f"{self.reference(scope, 'int')} === {self.reference(scope, 'text')}"]
        return self.chance.choice(ways)()

