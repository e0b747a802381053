# SPDX-License-Identifier: Apache-2.0
"""The facts of `postern check --jsonl` against what the server found: oracle.Truth."""

import re

# What the resolver answers itself. Of other errors (types, grouping) it knows nothing: the server refuses.
OWN_ERRORS = {"42P01", "42703", "42702", "42883", "42725", "42P09", "42704"}
NOT_OWN = re.compile(r'(collation|window) ".*" .*does not exist'
                     r'|(ORDER BY|GROUP BY|DISTINCT ON) ".*" is ambiguous')


def statement_of(answer):
    statements = answer.get("statements", [])
    return statements[0] if len(statements) == 1 else {}


def refusal_state(answer):
    """The SQLSTATE that the resolver gives for an error of the text; "" where it found none."""
    return statement_of(answer).get("unresolved", {}).get("sqlstate", "")


def uses_of(statement):
    """As Truth.uses. A row lock asks for the privilege of an update; a whole row is every column."""
    uses = []
    for use in statement["relations"]:
        access = {"update" if word == "lock" else word for word in use["access"]}
        uses.append((f"{use['schema']}.{use['relation']}",
                     tuple(word for word in ("insert", "read", "update", "delete") if word in access),
                     tuple(sorted(use["columns"])), tuple(sorted(use.get("written_columns", [])))))
    return sorted(uses)


def candidates_of(statement):
    return {candidate for call in statement["calls"] for candidate in call["candidates"]}


def _outputs(truth, statement, base_types):
    """Name, type and base column of each output, as RowDescription has them. "?": it could not be told."""
    told = statement["outputs"]
    if len(told) != len(truth.outputs):
        yield f"outputs: {len(told)}, the server has {len(truth.outputs)}"
        return
    for place, (ours, theirs) in enumerate(zip(told, truth.outputs), 1):
        mine = (ours["name"], ours["type"], ours.get("relation_oid", 0), ours.get("column_number", 0))
        type_ = ours["type"] if ours["type"] == "?" else theirs.type
        wanted = (theirs.name, type_, theirs.relation, theirs.column)
        if (mine[0], base_types.get(mine[1], mine[1]), *mine[2:]) != wanted:
            yield f"output {place}: {mine}, the server says {wanted} of {theirs.type}"


def _depends(truth, statement):
    """pg_depend leaves whole rows out, and lists fields of row types wherever they come from."""
    read = {}
    for use in statement["relations"]:
        columns = read.setdefault(f"{use['schema']}.{use['relation']}", set())
        columns.update(use["columns"], use.get("written_columns", []))
    named = set(statement.get("named_relations", []))
    for relation, column in sorted(truth.depends):
        is_field = relation in truth.row_types
        if relation not in read:
            if relation not in named and not is_field:
                yield f"pg_depend has {relation}"
        elif column and not {column, "*"} & read[relation] and not is_field:
            yield f"pg_depend has {relation}.{column}"
    missing = truth.depended_functions - candidates_of(statement)
    if missing:
        yield f"pg_depend has {sorted(missing)}"


def _calls(truth, statement):
    missing = truth.functions - candidates_of(statement)
    if missing:
        yield f"functions: without {sorted(missing)}"
    names = {call["name"].rpartition(".")[2] for call in statement["calls"]}
    names |= {one.partition("(")[0].rpartition(".")[2] for one in candidates_of(statement)}
    if truth.calls - names:
        yield f"calls: without {sorted(truth.calls - names)}"


def _accepted(truth, answer, base_types):
    statement = statement_of(answer)
    if answer["verdict"] != "allow" or "unresolved" in statement or "uncertain" in statement:
        yield "refused: " + "; ".join(one["message"] for one in answer["violations"])
        return
    yield from _outputs(truth, statement, base_types)
    if truth.is_only_described:
        return
    ours = uses_of(statement)
    # How often says nothing: the server drops an expression of ORDER BY that the query has already, and
    # writes those of BETWEEN SYMMETRIC twice, with their subqueries.
    if set(ours) != set(truth.uses):
        yield f"relations: {sorted(set(ours) - set(truth.uses))}," \
              f" the server has {sorted(set(truth.uses) - set(ours))}"
    yield from _calls(truth, statement)
    yield from _depends(truth, statement)


def _rejected(truth, answer, is_one_error):
    state = refusal_state(answer)
    if truth.sqlstate not in OWN_ERRORS or NOT_OWN.match(truth.said):
        return
    if answer["verdict"] == "allow":
        yield f"allowed; the server says {truth.sqlstate}: {truth.said}"
    elif state != truth.sqlstate and (is_one_error or state not in OWN_ERRORS):
        yield f"refused with {state}; the server says {truth.sqlstate}: {truth.said}"


def differences(truth, answer, base_types, is_one_error=True):
    """`base_types`: of domains, which RowDescription never names. `is_one_error`: a text has at most one;
    of several it depends on the order of the analysis which is told."""
    if truth.sqlstate:
        return list(_rejected(truth, answer, is_one_error))
    return list(_accepted(truth, answer, base_types))


def surplus(truth, answer):
    """Functions not built in that the facts have and the server does not run."""
    return {one for call in statement_of(answer)["calls"] if call["kind"] != "type"
            for one in call["candidates"]
            if not one.startswith(("pg_catalog.", "information_schema."))} - truth.functions
