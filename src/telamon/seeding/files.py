"""The files of seeds/: which there are, and the rows that they hold. Knows no database."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from telamon.errors import TelamonError, UsageError

SUFFIXES = (".csv", ".json", ".sql", ".yaml", ".yml")
Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A file of seeds.

    Args:
        path: where it is.
        name: relative to the folder of seeds, with `/`.
    """

    path: Path
    name: str

    @property
    def suffix(self) -> str:
        """What it is: `.csv`, `.sql` ..."""
        return self.path.suffix.lower()

    @property
    def table(self) -> str:
        """The table that a file of one table is about: `shop.orders` of `shop.orders.csv`."""
        return self.path.name[: -len(self.path.suffix)]

    def hash(self) -> str:
        """The SHA-256 of its content."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(self.path, error.strerror or str(error)) from error

    def text(self) -> str:
        """Its content.

        Raises:
            TelamonError: it cannot be read, or is not UTF-8.
        """
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise _unreadable(self.path, error.strerror or str(error)) from error
        except UnicodeDecodeError as error:
            raise _unreadable(self.path, f"It is not UTF-8: {error}") from error


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table that give the same columns.

    Args:
        file: where they stand.
        table: as written.
        columns: by name.
        rows: their number in the file, counted from 1, and their values as text; None for a CSV file, which the server
            reads by itself.
        lists: columns in which a list is written, which an array takes.
    """

    file: SeedFile
    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Values], ...] | None = None
    lists: frozenset[str] = frozenset()


def find(folder: Path, env: str) -> tuple[tuple[SeedFile, ...], tuple[str, ...]]:
    """The files for an environment, those for all first, each group by name; and the names of files that are no seeds.

    Raises:
        UsageError: the folder is not there.
    """
    if not folder.is_dir():
        raise UsageError(
            "There is no folder of seeds", where=str(folder), do="Make it, or name another one with --seeds."
        )
    found: list[SeedFile] = []
    others: list[str] = []
    for place in (folder, folder / env):
        for path in sorted(place.iterdir()) if place.is_dir() else []:
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not path.name.startswith("."):
                if path.suffix.lower() in SUFFIXES:
                    found.append(SeedFile(path, name))
                else:
                    others.append(name)
    return tuple(found), tuple(others)


def batches(file: SeedFile) -> tuple[Batch, ...]:
    """The rows of a CSV, JSON or YAML file.

    Raises:
        TelamonError: it cannot be read, or is not what its name says.
    """
    if file.suffix == ".csv":
        return (Batch(file, file.table, _header(file)),)
    return tuple(batch for table, rows in tables_in(file).items() for batch in _batches(file, table, rows))


def tables_in(file: SeedFile) -> dict[str, list[dict[str, Any]]]:
    """The rows of a JSON or YAML file, each by the names of its columns, by table as written.

    Raises:
        TelamonError: it cannot be read, or is not what its name says.
    """
    loaded = _json(file) if file.suffix == ".json" else _yaml(file)
    tables = loaded if isinstance(loaded, dict) else {file.table: loaded}
    for table, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row for row in rows):
            raise UsageError(
                "Seeds are a list of rows, or lists of rows by the names of tables",
                where=f"{file.path}, {table}",
                do='Write [{"column": "value"}, ...], or {"table": [{...}], ...}.',
            )
    return {
        str(table): [{str(name): value for name, value in row.items()} for row in rows]
        for table, rows in tables.items()
    }


def open_csv(file: SeedFile) -> TextIO:
    """A CSV file for reading; a byte order mark is left out."""
    try:
        return file.path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise _unreadable(file.path, error.strerror or str(error)) from error


def _header(file: SeedFile) -> tuple[str, ...]:
    try:
        with open_csv(file) as lines:
            names = tuple(name.strip() for name in next(csv.reader(lines), []))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(file.path, str(error)) from error
    if not names or not all(names) or len({*names}) < len(names):
        raise UsageError(
            "The first line of a CSV file names its columns, each once",
            where=f"{file.path}:1",
            why=f"It says: {','.join(names)}" if names else "It is empty.",
        )
    return names


def _json(file: SeedFile) -> Any:
    try:
        return json.loads(file.text(), parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise UsageError("That is not JSON", where=f"{file.path}:{error.lineno}", why=error.msg) from error


def _yaml(file: SeedFile) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise UsageError(
            "YAML is read by PyYAML, which is not installed",
            where=str(file.path),
            do="python -m pip install 'telamon[seed]'",
        ) from error

    class Core(yaml.SafeLoader):  # type: ignore[misc]
        """YAML 1.2's core schema: `no`, `12:30` and dates are texts."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    for tag, pattern, first in (
        ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
        ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
        ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", list("-+0123456789")),
    ):
        Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
    # As written: no digit is lost on the way into a numeric column.
    Core.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))
    try:
        return yaml.load(file.text(), Loader=Core)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file.path}:{mark.line + 1}" if mark else str(file.path)
        raise UsageError("That is not YAML", where=where, why=str(getattr(error, "problem", None) or error)) from error


def _batches(file: SeedFile, table: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Batch]:
    # A row that leaves a column out takes its default: rows with the same columns go together.
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for number, row in enumerate(rows, 1):
        groups.setdefault(tuple(sorted(row)), []).append((number, row))
    for columns, members in groups.items():
        lists = {name for _, row in members for name, value in row.items() if isinstance(value, list)}
        values = tuple((number, tuple(_text(row[name]) for name in columns)) for number, row in members)
        yield Batch(file, table, columns, values, frozenset(lists))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal | float):
        return str(value)
    return dumped(value)


def dumped(value: Any) -> str:
    """JSON, its numbers with all their digits."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dumped(str(name))}: {dumped(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dumped, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def _unreadable(path: Path, why: str) -> TelamonError:
    return TelamonError("A file of seeds cannot be read", where=str(path), why=why)
