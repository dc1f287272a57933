"""SQL expressions that yield names and options as they are written, for kinds whose definition is a list of options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from telamon.kinds.base import Server
from telamon.quote import literal

Options = tuple[tuple[str, str], ...]
"""(word, value) as in `CREATE AGGREGATE x (word = value)`; an empty value makes it a flag."""


def qualified(catalog: str, prefix: str, oid: str, server: Server) -> str:
    """An expression for the quoted name of the object of `catalog` whose OID is the expression `oid`; NULL without it.

    Args:
        prefix: of the catalog's columns: `pro` for `proname` and `pronamespace`.
    """
    return (
        f"(SELECT {schema_of('n.nspname', server)} || pg_catalog.quote_ident(x.{prefix}name)"
        f" FROM pg_catalog.{catalog} x JOIN pg_catalog.pg_namespace n ON n.oid = x.{prefix}namespace"
        f" WHERE x.oid = {oid})"
    )


def schema_of(name: str, server: Server, *, implied: bool = True) -> str:
    """An expression for the schema and its dot; empty for what is found without.

    Args:
        name: an expression for the schema's name.
        implied: whether PostgreSQL's own schema is left out, too.
    """
    return (
        f"CASE WHEN {name} IN ({literal('pg_catalog') + ', ' if implied else ''}{literal(server.unqualified)}) THEN ''"
        f" ELSE pg_catalog.quote_ident({name}) || '.' END"
    )


def function(oid: str, server: Server) -> str:
    """An expression for a function's name."""
    return qualified("pg_proc", "pro", oid, server)


def called(oid: str, server: Server) -> str:
    """An expression for a function's name with its arguments' types."""
    return (
        f"(SELECT {schema_of('n.nspname', server)} || pg_catalog.quote_ident(x.proname)"
        " || '(' || pg_catalog.oidvectortypes(x.proargtypes) || ')'"
        f" FROM pg_catalog.pg_proc x JOIN pg_catalog.pg_namespace n ON n.oid = x.pronamespace WHERE x.oid = {oid})"
    )


def operator(oid: str, server: Server) -> str:
    """An expression for an operator's name: `OPERATOR(public.===)`."""
    return (
        f"(SELECT 'OPERATOR(' || {schema_of('n.nspname', server, implied=False)} || x.oprname || ')'"
        f" FROM pg_catalog.pg_operator x JOIN pg_catalog.pg_namespace n ON n.oid = x.oprnamespace WHERE x.oid = {oid})"
    )


def decoded(column: str, **words: str) -> str:
    """An expression for the word that a one-letter code stands for; NULL for other letters."""
    cases = " ".join(f"WHEN {literal(letter)} THEN {literal(word)}" for letter, word in words.items())
    return f"CASE {column} {cases} END"


def options(*pairs: tuple[str, str]) -> str:
    """An expression for all (word, value) whose value is not NULL."""
    values = ", ".join(f"({place}, {literal(word)}, {value})" for place, (word, value) in enumerate(pairs))
    return (
        f"ARRAY(SELECT ARRAY[v.word, v.value] FROM (VALUES {values}) AS v (place, word, value)"
        " WHERE v.value IS NOT NULL ORDER BY v.place)"
    )


def as_options(rows: Iterable[Sequence[str]]) -> Options:
    """What `options` yielded, as a value."""
    return tuple((word, value) for word, value in rows)


def option_list(given: Options) -> str:
    """Options as they stand between the parentheses."""
    return ",\n  ".join(f"{word} = {value}" if value else word for word, value in given)
