"""SA101: a function puts text that its caller gives into a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from telamon.lint.look import titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.syntax import parsed

_QUOTES = frozenset({"quote_ident", "quote_literal", "quote_nullable"})
_HARMLESS = frozenset({
    "int2", "int4", "int8", "numeric", "float4", "float8", "bool", "date", "time", "timetz", "timestamp", "timestamptz",
    "interval", "uuid", "oid", "regclass", "regtype", "regproc", "regprocedure", "regrole", "regnamespace",
})  # fmt: skip
"""Types whose values hold no SQL of the caller's."""
_DYNAMIC = {
    "PLpgSQL_stmt_dynexecute": "query",
    "PLpgSQL_stmt_dynfors": "query",
    "PLpgSQL_stmt_return_query": "dynquery",
    "PLpgSQL_stmt_open": "dynquery",
}


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Functions in PL/pgSQL that EXECUTE a parameter of theirs without quoting it."""
    import postgast

    if seen.command != "create_function_stmt" or not _in_plpgsql(seen.node.create_function_stmt):
        return
    try:
        [found] = postgast.parse_plpgsql(seen.statement.text)
    except (postgast.PgQueryError, ValueError):
        return  # the library cannot tell some types of results, and its JSON of trigger functions is none
    function = found["PLpgSQL_function"]
    given = _parameters(function)
    loose = [
        name for query in _queries(function["action"]) for name in _bare(parsed(f"SELECT {query}")) if name in given
    ]
    if loose:
        name = seen.node.create_function_stmt.funcname[-1].string.sval
        yield Hit(f'Function "{name}" executes {titled(dict.fromkeys(loose))} as SQL, whatever its caller gives')


def _in_plpgsql(function: Any) -> bool:
    """Whether it has a body as text in that language: the library ends the process on a body of another sort."""
    options = {each.def_elem.defname: each.def_elem.arg for each in function.options}
    return "as" in options and "language" in options and options["language"].string.sval == "plpgsql"


def _parameters(function: Any) -> set[str]:
    """The names of those that hold text: they stand before the variable that every function has."""
    names = set()
    for number, each in enumerate(function["datums"], 1):
        variable = each.get("PLpgSQL_var", {})
        if variable.get("refname") == "found":
            break
        if variable.get("datatype", {}).get("PLpgSQL_type", {}).get("typname") not in _HARMLESS:
            names |= {variable.get("refname", ""), f"${number}"}
    return names


def _queries(node: Any) -> Iterator[str]:
    """The expressions that are executed as SQL."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in _DYNAMIC and _DYNAMIC[name] in value:
                yield value[_DYNAMIC[name]]["PLpgSQL_expr"]["query"]
            yield from _queries(value)
    elif isinstance(node, list):
        for each in node:
            yield from _queries(each)


def _bare(message: Any) -> Iterator[str]:
    """The names in an expression whose values come into its result as they are."""
    if message is None:
        return
    kind = message.DESCRIPTOR.name
    if kind == "ColumnRef":
        yield message.fields[-1].string.sval
    if kind == "ParamRef":
        yield f"${message.number}"
    if (kind == "FuncCall" and _quoting(message)) or (
        kind == "TypeCast" and message.type_name.names[-1].string.sval in _HARMLESS
    ):
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in (value,) if hasattr(value, "ListFields") else value:
                yield from _bare(each)


def _quoting(call: Any) -> bool:
    """Whether a function quotes what it is given: `format` does with %I and %L."""
    name = call.funcname[-1].string.sval
    pattern = call.args[0].a_const.sval.sval if name == "format" and call.args else ""
    return name in _QUOTES or ("%" in pattern and not _spliced(pattern))


def _spliced(pattern: str) -> bool:
    """Whether a pattern of `format` takes something as it is: `%s`, `%1$s`, `%-10s`."""
    parts = pattern.replace("%%", "").split("%")[1:]
    return any(part.lstrip("0123456789$-*").startswith("s") for part in parts)


RULE = Rule(
    code="SA101",
    name="sql-injection",
    analyzer="injection",
    severity="warning",
    meaning="A function in PL/pgSQL executes a text parameter as part of a query without quoting it.",
    why="Whoever may call it runs SQL of their own with its rights; that it is called with care today is no wall",
    instead="USING for values; format with %I for names and %L for values; quote_ident and quote_literal.",
    bad=Example(
        "",
        "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DELETE FROM ' || t; END $$;",
    ),
    good=Example(
        "",
        "CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN EXECUTE format('DELETE FROM %I', t); END $$;",
    ),
    judge=judge,
    live=False,
    peers=("SA",),
)
