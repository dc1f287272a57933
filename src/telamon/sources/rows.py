"""Reference data: files whose rows are a part of the schema, as INSERT statements with their origins."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telamon.errors import UsageError
from telamon.quote import ident, idents, literal
from telamon.scan import split
from telamon.seeding.files import SUFFIXES, SeedFile, dumped, tables_in
from telamon.sources.types import SqlSource, TableRows
from telamon.statements import Origin, Statement

_FORM = "Write rows://reference: a folder, a file or a pattern of .csv, .json, .yaml and .sql files."


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one table.

    Args:
        table: the rows that are declared.
        origin: where.
        statement: that inserts them.
    """

    table: TableRows
    origin: Origin
    statement: Statement | None


def open_rows(rest: str, base: Path) -> SqlSource:
    """Returns the rows that files declare: all that their tables are to hold.

    A CSV file is named after its table, as `status.csv` or `shop.status.csv`; JSON and YAML files as well, or they hold
    lists of rows by the names of tables. An SQL file holds INSERT statements that name their columns.

    Args:
        rest: a file, a folder or a pattern.
        base: what a relative path is relative to.

    Raises:
        UsageError: nothing is there, or a file does not say which columns its rows give.
        TelamonError: a file cannot be read, or is not what its name says.
    """
    label = f"rows://{rest}"
    parts = [part for file in _files(rest, base, label) for part in _parts(file)]
    tables: dict[tuple[str, str], TableRows] = {}
    for part in parts:
        known = tables.setdefault(part.table.name, part.table)
        if {*known.columns} != {*part.table.columns}:
            raise UsageError(
                f"The rows of {'.'.join(known.name)} do not all give the same columns",
                where=str(part.origin),
                why=f"Here: {', '.join(part.table.columns)}\nBefore: {', '.join(known.columns)}",
                do="Give every row a value for each of them; null is one.",
            )
    data = tuple(part.statement for part in parts if part.statement)
    return SqlSource((), ordered=False, label=label, rows=tuple(tables.values()), data=data)


def _files(rest: str, base: Path, label: str) -> list[SeedFile]:
    path = base / Path(rest).expanduser()
    pattern = str(path / "*") if path.is_dir() else str(path)
    found = [Path(name) for name in sorted(glob.glob(pattern, recursive=True))] if rest else []
    files = [each for each in found if each.is_file() and each.suffix.lower() in SUFFIXES]
    if not files:
        raise UsageError("There are no rows", where=label, do=_FORM)
    return [SeedFile(each, _shown(each)) for each in files]


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _parts(file: SeedFile) -> Iterator[_Part]:
    if file.suffix == ".sql":
        yield from (_inserted(statement) for statement in split(file.text(), file.name))
    elif file.suffix == ".csv":
        yield from _from_csv(file)
    else:
        for table, rows in tables_in(file).items():
            if not rows:
                where = f"{file.name}, {table}"
                raise UsageError("An empty list does not say which columns its rows would give", where=where, do=_FORM)
            for number, row in enumerate(rows, 1):
                name, origin = _named(table), Origin(f"{file.name}, row {number} of {table}")
                select = (
                    f"SELECT {idents(row)} FROM jsonb_populate_record(NULL::{ident(*name)}, {literal(dumped(row))})"
                )
                yield _Part(TableRows(name, (*row,)), origin, _insert(name, row, select, origin))


def _named(written: str) -> tuple[str, str]:
    schema, dot, table = written.partition(".")
    return (schema, table) if dot else ("public", written)


def _insert(name: tuple[str, str], columns: Iterable[str], rows: str, origin: Origin) -> Statement:
    return Statement(f"INSERT INTO {ident(*name)} ({idents(columns)}) OVERRIDING SYSTEM VALUE {rows}", origin)


def _from_csv(file: SeedFile) -> Iterator[_Part]:
    records = _records(file.text())
    line, header = next(records, (1, []))
    columns = tuple((name or "").strip() for name in header)
    name, origin = _named(file.table), Origin(file.name, line)
    if not columns or not all(columns) or len({*columns}) < len(columns):
        raise UsageError("The first line of a CSV file names its columns, each once", where=str(origin))
    table = TableRows(name, columns)
    yield _Part(table, origin, None)
    for line, values in records:
        origin = Origin(file.name, line)
        if len(values) != len(columns):
            raise UsageError(f"{len(values)} values stand under {len(columns)} columns", where=str(origin))
        given = ", ".join("NULL" if value is None else literal(value) for value in values)
        yield _Part(table, origin, _insert(name, columns, f"VALUES ({given})", origin))


def _records(text: str) -> Iterator[tuple[int, list[str | None]]]:
    """The records of a CSV file with the lines on which they begin, as PostgreSQL reads them.

    An empty field is NULL, `""` an empty text; the standard library's reader does not tell them apart.
    """
    at, line = 0, 1
    while at < len(text):
        start, fields = line, list[str | None]()
        while True:
            field, quoted, at, line = _field(text, at, line)
            fields.append(field if field or quoted else None)
            if at >= len(text) or text[at] != ",":
                break
            at += 1
        at += 2 if text.startswith("\r\n", at) else 1
        line += 1
        if fields != [None]:  # a line without anything
            yield start, fields


def _field(text: str, at: int, line: int) -> tuple[str, bool, int, int]:
    """(field, whether part of it was quoted, where it ends, on which line)."""
    found, quoted, inside = "", False, False
    while at < len(text):
        char = text[at]
        if inside and text.startswith('""', at):
            found, at = found + '"', at + 1
        elif char == '"':
            quoted, inside = True, not inside
        elif not inside and char in ",\r\n":
            break
        else:
            found, line = found + char, line + (char == "\n")
        at += 1
    return found, quoted, at, line


def _inserted(statement: Statement) -> _Part:
    """What an INSERT statement of a person is about.

    Raises:
        UsageError: it is another statement, or does not name its columns.
    """
    import postgast

    try:
        [raw] = postgast.parse(statement.text).stmts
        node: Any = raw.stmt.insert_stmt if raw.stmt.HasField("insert_stmt") else None
    except (postgast.PgQueryError, ValueError):
        node = None
    columns = tuple(column.res_target.name for column in node.cols) if node else ()
    if not columns:
        raise UsageError(
            "Only INSERT statements that name their columns declare rows",
            where=f"{statement.origin}\n{statement.text}",
            do="Write INSERT INTO table (column, ...) VALUES (...), and everything else into the schema.",
        )
    name = (node.relation.schemaname or "public", node.relation.relname)
    return _Part(TableRows(name, columns), statement.origin, statement)
