# SPDX-License-Identifier: Apache-2.0
"""What PostgreSQL itself chooses for an expression: read off the rule of a view made of it."""

import re

SQL = """
CREATE SCHEMA scratch;
CREATE FUNCTION scratch.ask(questions text[]) RETURNS TABLE (number int, state text, said text)
LANGUAGE plpgsql AS $$
BEGIN
  FOR number IN 1 .. cardinality(questions) LOOP
    BEGIN
      EXECUTE 'CREATE VIEW scratch.v AS SELECT (' || questions[number] || ') IS NULL AS n';
      state := '';
      SELECT ev_action INTO said FROM pg_rewrite WHERE ev_class = 'scratch.v'::regclass;
      DROP VIEW scratch.v;
    EXCEPTION WHEN OTHERS THEN
      state := SQLSTATE;
      said := SQLERRM;
    END;
    RETURN NEXT;
  END LOOP;
END $$;
"""

NODES = {
    "FUNCEXPR": r":funcid (\d+) :funcresulttype (\d+) :funcretset \w+ :funcvariadic \w+ :funcformat (\d)",
    "OPEXPR": r":opno (\d+) :opfuncid \d+ :opresulttype (\d+)",
    "AGGREF": r":aggfnoid (\d+) :aggtype (\d+)",
    "WINDOWFUNC": r":winfnoid (\d+) :wintype (\d+)",
}
EXPLICIT_CALL = "0"


def chosen(tree):
    """(OID, result type) of the outermost call; None where the expression is a cast."""
    node = re.search(r"\{NULLTEST :arg \{(\w+) (.*)", tree, re.DOTALL)
    pattern = NODES.get(node.group(1))
    if pattern is None:
        return None
    found = re.match(pattern, node.group(2))
    if node.group(1) == "FUNCEXPR" and found.group(3) != EXPLICIT_CALL:
        return None
    return int(found.group(1)), int(found.group(2))


def outcome(state, said):
    """("chosen", OID, type), ("cast",), ("absent",), ("ambiguous",) or ("error", …)."""
    if state == "":
        found = chosen(said)
        return ("chosen", *found) if found else ("cast",)
    if state == "42883" and re.match(r"(function .*|operator) does not exist", said, re.DOTALL):
        return ("absent",)
    if state == "42725":
        return ("ambiguous",)
    return ("error", state, said)


def ask(connection, expressions, search_path):
    connection.execute("SELECT set_config('search_path', %s, false)", [search_path])
    answers = []
    for begin in range(0, len(expressions), 500):
        rows = connection.execute("SELECT state, said FROM scratch.ask(%s) ORDER BY number",
                                  [expressions[begin:begin + 500]]).fetchall()
        answers += [outcome(*row) for row in rows]
    return answers
