"""Loading seeds into a target: what changed, in the order of foreign keys, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from telamon.apply.preflight import Effect, effect
from telamon.apply.target import connect
from telamon.errors import CheckError, UsageError, interruptible
from telamon.scan import split
from telamon.seeding.blame import blame
from telamon.seeding.files import Batch, SeedFile, batches, find
from telamon.seeding.load import Load, Progress, advance
from telamon.seeding.record import record_of
from telamon.seeding.tables import Table, choose, in_order, tables_of

if TYPE_CHECKING:
    from telamon.apply.target import Target
    from telamon.statements import Statement

LOCK = 0x54454C53454544  # "TELSEED": two runs at once wait for each other


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a file.

    Args:
        file: its name.
        outcome: `loaded`, `unchanged`, or `ignored` for what is no seed.
        rows: that were added or changed, or that its statements say they touched.
    """

    file: str
    outcome: str
    rows: int = 0

    def to_json(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Options:
    """How seeds are loaded.

    Args:
        env: the environment, whose folder is loaded besides.
        force: load files that did not change, too.
        role: to act as.
        revisions_schema: where the revision table is.
        wait: seconds to wait for the target.
        protected: no rows are made up there: its configuration says `destructive = "refuse"`.
        declared: tables whose rows are a part of the schema, and not made up.
    """

    env: str = "local"
    force: bool = False
    role: str | None = None
    revisions_schema: str | None = None
    wait: float = 0.0
    protected: bool = False
    declared: frozenset[tuple[str, str]] = frozenset()


def quiet(name: str, done: int, total: int) -> None:
    """Shows no progress."""


def apply_seeds(url: str, folder: Path, options: Options, progress: Progress = quiet) -> list[FileReport]:
    """Loads the files that are new or changed, in one transaction.

    Rows are upserted by key; what a file no longer has stays. SQL files run after all rows, by name.

    Raises:
        UsageError: a file names a table or a column that is not there, or no key.
        CheckError: the target refuses a row; the error names it.
    """
    files, others = find(folder, options.env)
    hashes = {file.name: file.hash() for file in files}
    reports = {name: FileReport(name, "ignored") for name in others}
    with (
        interruptible(lambda: "the seeds are loaded all or not at all: `telamon seed status` says which"),
        connect(url, role=options.role, wait=options.wait) as target,
        target.connection.transaction(),
    ):
        target.connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        record = record_of(target, options.revisions_schema)
        changed = [file for file in files if options.force or record.hashes.get(file.name) != hashes[file.name]]
        reports |= {file.name: FileReport(file.name, "unchanged") for file in files}
        if changed:
            record.create()
        for file, rows in _load(target, changed, progress):
            reports[file.name] = FileReport(file.name, "loaded", rows)
            record.write(file.name, hashes[file.name], rows)
    return [reports[name] for name in sorted(reports)]


def _load(target: Target, files: Sequence[SeedFile], progress: Progress) -> Iterator[tuple[SeedFile, int]]:
    scripts = {file: _statements(file) for file in files if file.suffix == ".sql"}
    tables = tables_of(target.connection)
    waiting: dict[int, list[Batch]] = {}
    named: dict[int, Table] = {}
    rows = dict.fromkeys(files, 0)
    for file in files:
        for batch in batches(file) if file not in scripts else ():
            table = choose(tables, batch.table, str(file.path), target.schema)
            named[table.oid] = table
            waiting.setdefault(table.oid, []).append(batch)
    ordered = in_order(named.values())
    loads = [Load(target.connection, table, batch, progress) for table in ordered for batch in waiting[table.oid]]
    for load in loads:
        load.check()
    for table in ordered:
        _fill([load for load in loads if load.table is table], rows)
    for file, statements in scripts.items():
        rows[file] = _run(target, statements)
    _settle(target)
    for table in ordered:
        advance(target.connection, table)
    yield from rows.items()


def _fill(loads: Sequence[Load], rows: dict[SeedFile, int]) -> None:
    """Loads the batches of one table; one whose rows reference rows of a later one is tried again after that."""
    left = list(loads)
    while left:
        later: list[Load] = []
        for load in left:
            try:
                rows[load.batch.file] += load.run()
            except psycopg.Error as error:
                if len(left) == 1 or not _of_itself(load.table, error):
                    raise blame(load, error) from error
                later.append(load)
        left = later if len(later) < len(left) else later[:1]


def _of_itself(table: Table, error: psycopg.Error) -> bool:
    """Whether a foreign key to the same table was violated."""
    name = error.diag.constraint_name
    return any(reference.name == name and reference.oid == table.oid for reference in table.references)


def _settle(target: Target) -> None:
    """Checks now what is checked at the end, while it can still be told."""
    try:
        target.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        raise CheckError(
            "The seeds do not fit together; nothing was changed",
            where=f"table {error.diag.table_name}, constraint {error.diag.constraint_name}",
            why="\n".join(filter(None, (error.diag.message_primary, error.diag.message_detail))),
            do="Correct the rows.",
        ) from error


def _statements(file: SeedFile) -> list[Statement]:
    statements = split(file.text(), str(file.path))
    for statement in statements:
        found = effect(statement.text)
        if found is not Effect.PLAIN or statement.copy_data is not None:
            why = "It copies from its own file." if statement.copy_data is not None else f"It {found.value}."
            raise UsageError(
                "A statement of the seeds cannot be run",
                where=str(statement.origin),
                why=f"{why} Seeds are loaded in one transaction.",
                do="Take it out; put the rows into a CSV file." if statement.copy_data is not None else "Take it out.",
            )
    return statements


def _run(target: Target, statements: Sequence[Statement]) -> int:
    rows = 0
    for statement in statements:
        try:
            rows += max(target.connection.execute(statement.text.encode()).rowcount, 0)
        except psycopg.Error as error:
            raise CheckError(
                "A statement of the seeds failed; nothing was changed",
                where=f"{statement.origin}\n{statement.text}",
                why=str(error).strip(),
                do="Correct the statement, or migrate first.",
            ) from error
    return rows
