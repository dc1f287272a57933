"""Which row of a file it was that the server refused: file, row, column, value, constraint."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import psycopg
from psycopg import errors

from telamon.errors import CheckError, TelamonError
from telamon.quote import ident
from telamon.seeding.load import STAGE, Load

_SHOWN = 80
_OF_ROWS = (psycopg.DataError, psycopg.IntegrityError, errors.CardinalityViolation, errors.RaiseException)


def blame(load: Load, error: psycopg.Error) -> TelamonError:
    """The error of the user's for one of the server's.

    Args:
        load: what failed; its rows are still staged, unless the staging failed itself.
        error: what the server said.
    """
    if not isinstance(error, _OF_ROWS):
        return TelamonError(
            f"{load.table.title} cannot be seeded; nothing was changed",
            where=f"{load.batch.file.path}",
            why=str(error).strip(),
            do="Give --role a role that may." if isinstance(error, errors.InsufficientPrivilege) else "",
        )
    row, found = _row(load, error)
    columns = _columns(load, found, row)
    where = f"{load.batch.file.path}"
    if row is not None:
        where += f", row {row}"
    if columns:
        where += f", column {', '.join(columns)}"
    diagnosis = found.diag
    why = [f"{name} is {_shown(_value(load, row, name))}" for name in columns if row is not None]
    if diagnosis.constraint_name:
        why.append(f"constraint: {diagnosis.constraint_name}")
    why += [str(text) for text in (diagnosis.message_primary or str(found).strip(), diagnosis.message_detail) if text]
    if row is None and diagnosis.context:
        why.append(diagnosis.context)
    return CheckError(
        f"A seed does not fit into {load.table.title}; nothing was changed",
        where=where,
        why="\n".join(why),
        do="Correct the row, or migrate first: the columns and constraints are those that the target has now.",
    )


def _row(load: Load, error: psycopg.Error) -> tuple[int | None, psycopg.Error]:
    """The number of the first row at fault, and what the server says of it alone."""
    if not _staged(load):
        return None, error
    if isinstance(error, errors.ForeignKeyViolation):
        return _orphan(load, error), error
    numbers = [row[0] for row in load.execute(f"SELECT telamon_row FROM {STAGE} ORDER BY 1")]
    try:
        # What goes in while it is looked for goes out again.
        with load.connection.transaction(force_rollback=True):
            return _search(load, numbers) or (None, error)
    except psycopg.Error as other:
        return None, other


def _staged(load: Load) -> bool:
    return load.execute("SELECT to_regclass(%s) IS NOT NULL", STAGE).fetchone() == (True,)


def _search(load: Load, numbers: Sequence[int]) -> tuple[int, psycopg.Error] | None:
    """The first row that cannot be inserted after those before it, by halving."""
    if not numbers:
        return None
    try:
        with load.connection.transaction():
            load.insert("WHERE s.telamon_row BETWEEN %s AND %s", numbers[0], numbers[-1])
        return None
    except psycopg.Error as error:
        if len(numbers) == 1:
            return numbers[0], error
    middle = len(numbers) // 2
    return _search(load, numbers[:middle]) or _search(load, numbers[middle:])


def _orphan(load: Load, error: psycopg.Error) -> int | None:
    name = error.diag.constraint_name
    reference = next((each for each in load.table.references if each.name == name), None)
    if reference is None or not {*reference.columns} <= {*load.batch.columns}:
        return None
    pairs = list(zip(reference.columns, reference.targets, strict=True))
    given = " AND ".join(f"s.{ident(own)} IS NOT NULL" for own, _ in pairs)
    same = " AND ".join(f"r.{ident(theirs)} = {load.cast(own)}" for own, theirs in pairs)
    query = (
        f"SELECT telamon_row FROM {STAGE} s WHERE {given} AND NOT EXISTS (SELECT FROM {reference.table} r WHERE {same})"
    )
    if reference.oid == load.table.oid and {*reference.targets} <= {*load.batch.columns}:
        again = " AND ".join(f"r.{ident(theirs)} = s.{ident(own)}" for own, theirs in pairs)
        query += f" AND NOT EXISTS (SELECT FROM {STAGE} r WHERE {again})"
    return _first(load, f"{query} ORDER BY 1 LIMIT 1")


def _first(load: Load, query: str) -> int | None:
    found = load.execute(query).fetchone()
    return found[0] if found else None


def _columns(load: Load, error: psycopg.Error, row: int | None) -> tuple[str, ...]:
    """The columns that a refusal is about."""
    if error.diag.column_name:
        return (error.diag.column_name,)
    if error.diag.constraint_name:
        names = load.execute(
            "SELECT a.attname::text FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute a"
            " ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) WHERE k.conrelid = %s AND k.conname = %s"
            " ORDER BY a.attnum",
            load.table.oid,
            error.diag.constraint_name,
        )
        found = tuple(name for (name,) in names)
        if found:
            return tuple(name for name in found if name in load.batch.columns) or found
    return _unfit(load, row) if row is not None else ()


def _unfit(load: Load, row: int) -> tuple[str, ...]:
    """The first column whose value is none of its type, or too long."""
    for name in load.batch.columns:
        column = load.table.column(name)
        assert column is not None
        value = _value(load, row, name)
        if column.length and value is not None and len(value.rstrip(" ")) > column.length:
            return (name,)
        fits = False
        with contextlib.suppress(psycopg.DataError, psycopg.IntegrityError), load.connection.transaction():
            load.execute(f"SELECT {load.cast(name)} FROM {STAGE} s WHERE telamon_row = %s", row)
            fits = True
        if not fits:
            return (name,)
    return ()


def _value(load: Load, row: int | None, name: str) -> str | None:
    if row is None or name not in load.batch.columns:
        return None
    found = load.execute(f"SELECT s.{ident(name)} FROM {STAGE} s WHERE telamon_row = %s", row).fetchone()
    return found[0] if found else None


def _shown(value: str | None) -> str:
    if value is None:
        return "NULL"
    return repr(value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "...")
