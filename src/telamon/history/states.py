"""The states that directories lead to, and whether two of them are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from telamon import rows
from telamon.catalog.facts import Catalog, Id
from telamon.diff import diff
from telamon.directory import Directory, MigrationFile
from telamon.engine import Engine
from telamon.errors import CheckError
from telamon.prove import describe
from telamon.replay import replay, run_files

Rows = dict[Id, Any]
"""Numbers of rows by table, hashes of values by column."""


def reached(engine: Engine, directory: Directory) -> Catalog:
    """What a directory leads to on an empty database; it need not be on disk.

    Raises:
        CheckError: a statement fails; names file, line and statement.
    """
    with replay(directory, engine.dev) as database:
        return engine.read(database)


def difference(one: Catalog, other: Catalog) -> str:
    """What is not the same in two states, in words; "" if nothing."""
    parts = [describe(diff(one, other))]
    parts += [f"only in one: {text}" for text in sorted({*one.unmanaged} ^ {*other.unmanaged})]
    return "\n".join(part for part in parts if part)


def same_rows(engine: Engine, base: Directory, one: Sequence[MigrationFile], other: Sequence[MigrationFile]) -> bool:
    """Whether rows that stand in the tables of `base` come out the same, whichever of two lists of files is run.

    False also where the rows stand in the way of one of them. What the server makes up itself for each row, such as
    random numbers, is not compared.
    """
    results = []
    for files in (one, other):
        with replay(base, engine.dev) as database, database.connect() as connection:
            tables = [fact.id for fact in engine.read(database) if fact.kind == "table"]
            rows.seed(connection, tables)
            before = contents(connection, engine.read(database))
            try:
                run_files(list(files), database, engine.dev)
            except CheckError:
                return False
            results.append((before, contents(connection, engine.read(database))))
    (before, after), (before_other, after_other) = results
    made_up = {id for id in before if before[id] != before_other.get(id)}
    return {id: each for id, each in after.items() if id not in made_up} == {
        id: each for id, each in after_other.items() if id not in made_up
    }


def contents(connection: psycopg.Connection[Any], catalog: Catalog) -> Rows:
    """How many rows each table has, and what its columns hold."""
    from telamon.quote import ident

    tables = [fact.id for fact in catalog if fact.kind == "table"]
    columns = [fact.id for fact in catalog if fact.kind == "column" and fact.parent in tables]
    numbers, values = rows.look(connection, tables, [(id, f"{ident(id[-1])}::text") for id in columns])
    return {**numbers, **values}
