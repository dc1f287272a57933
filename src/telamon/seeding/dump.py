"""Tables of a target as files of seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg

from telamon.apply.target import connect
from telamon.errors import TelamonError, UsageError
from telamon.quote import idents
from telamon.seeding.apply import Options
from telamon.seeding.tables import Table, choose, tables_of
from telamon.whole import replacing


def dump(url: str, names: Sequence[str], folder: Path, options: Options, *, force: bool = False) -> list[Path]:
    """Writes one CSV file for each table, its rows by key; none if one is there already.

    Args:
        force: replace files.

    Raises:
        UsageError: a table is not there or has no key, or a file is there.
        TelamonError: a table cannot be read, or a file not be written.
    """
    with connect(url, role=options.role, wait=options.wait) as target:
        tables = tables_of(target.connection)
        chosen = [choose(tables, name, "the command line", target.schema) for name in dict.fromkeys(names)]
        keyless = [table.title for table in chosen if not table.keys]
        if keyless:
            raise UsageError(
                "A table without a key cannot be seeded", where=", ".join(keyless), do="Give it a primary key."
            )
        paths = {table: folder / f"{table.title}.csv" for table in chosen}
        there = [str(path) for path in paths.values() if path.exists()]
        if there and not force:
            raise UsageError("A file is there already", where="\n".join(there), do="Give --force to replace it.")
        # One snapshot: the tables fit together.
        with target.connection.transaction():
            target.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for table, path in paths.items():
                _write(target.connection, table, path)
    return list(paths.values())


def _write(connection: psycopg.Connection[tuple[object, ...]], table: Table, path: Path) -> None:
    columns = idents(column.name for column in table.columns if not column.generated)
    query = f"COPY (SELECT {columns} FROM {table.sql} ORDER BY {idents(table.keys[0])}) TO STDOUT (FORMAT csv, HEADER)"
    try:
        with replacing(path) as file, connection.cursor().copy(query.encode()) as copy:
            for chunk in copy:
                file.write(chunk)
    except (psycopg.Error, OSError) as error:
        raise TelamonError(f"{table.title} cannot be written", where=str(path), why=str(error).strip()) from error
