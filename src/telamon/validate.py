"""Whether a schema loads, and whether the bodies of its functions are what their languages take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from telamon.catalog.facts import Catalog
from telamon.directory import Directory
from telamon.engine import Engine
from telamon.errors import CheckError
from telamon.sources import DirectorySource, Source, SqlSource
from telamon.sources.units import keywords
from telamon.statements import Origin, Statement

Connection = psycopg.Connection[tuple[Any, ...]]

# C and internal functions have no body, only the name of one; what an extension brings is its own matter.
FUNCTIONS = """
SELECT n.nspname, p.proname, p.prosrc, p.oid::regprocedure::text,
       format('SELECT %s(%s::oid)', l.lanvalidator::regproc, p.oid)
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.oid >= 16384 AND l.lanvalidator <> 0 AND l.lanname NOT IN ('c', 'internal')
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY p.oid
"""


def validate_source(engine: Engine, source: Source) -> Catalog:
    """Loads a source on the dev server, lets each function's language check its body, and returns what is there.

    While a schema is loaded bodies are not looked at, since they may name what comes later.

    Raises:
        TelamonError: it does not load.
        CheckError: bodies are wrong: file:line and the server's words for each.
    """
    catalog = engine.catalog(source)
    with engine.copy(source, catalog) as database, database.connect() as connection:
        problems = list(check_bodies(connection, statements_of(source)))
    if problems:
        count = "A function is" if len(problems) == 1 else f"{len(problems)} functions are"
        raise CheckError(
            f"The schema loads, but {count} wrong",
            why="\n".join(problems),
            do="Correct the bodies. PostgreSQL itself would not have told before they are called.",
        )
    return catalog


def statements_of(source: Source) -> Sequence[Statement]:
    """The statements of a source that has any."""
    if isinstance(source, SqlSource):
        return source.statements
    if isinstance(source, DirectorySource):
        directory = Directory.read(source.path, missing_ok=True)
        return [each for file in directory.for_empty_database(source.version) for each in file.statements()]
    return ()


def check_bodies(connection: Connection, statements: Sequence[Statement]) -> Iterator[str]:
    """What is wrong with the bodies of the user's functions: `file:line: function: message` for each.

    Args:
        statements: those that made the database, to tell where a function was written.
    """
    connection.execute("SET check_function_bodies = on")
    places: dict[tuple[str, str], list[Statement]] | None = None
    for _, name, body, signature, query in connection.execute(FUNCTIONS).fetchall():
        try:
            connection.execute(query.encode())
        except psycopg.Error as error:
            if places is None:
                places = creations(statements)
            found = places.get((name, body), [])
            where = f"{place(found[-1], body, error)}: " if found else ""
            hint = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
            yield f"{where}{signature}: {error.diag.message_primary}{hint}"


def creations(statements: Sequence[Statement]) -> dict[tuple[str, str], list[Statement]]:
    """The statements that create functions, by name and body."""
    import postgast

    found: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in statements:
        if not {"FUNCTION", "PROCEDURE"} & set(keywords(statement.text, 4)):
            continue
        try:
            nodes = postgast.parse(statement.text).stmts
        except postgast.PgQueryError:
            continue  # a newer server's syntax: the message then stands without file and line
        for node in nodes:
            function = node.stmt.create_function_stmt
            for option in function.options:
                if option.def_elem.defname == "as" and function.funcname:
                    body = option.def_elem.arg.list.items[0].string.sval
                    found[function.funcname[-1].string.sval, body].append(statement)
    return found


def place(statement: Statement, body: str, error: psycopg.Error) -> Origin:
    """The line of an error in a body; the statement's own where the body is written with doubled quotes."""
    origin, start = statement.origin, statement.text.find(body)
    if start < 0 or not origin.line:
        return origin
    position = error.diag.internal_position
    offset = start + (int(position) - 1 if position else 0)
    return Origin(origin.path, origin.line + statement.text.count("\n", 0, offset))
