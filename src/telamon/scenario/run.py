"""Carrying out tests of migrations: each on a copy of its own from the replay cache, several at a time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from telamon.dev import Dev
from telamon.dev.server import ServerDev
from telamon.directory import Directory
from telamon.errors import TelamonError, UsageError
from telamon.scenario.types import (
    Execute,
    Fails,
    FileResult,
    Holds,
    Migrate,
    Problem,
    Result,
    SameRows,
    Scenario,
    Step,
    TestReport,
)
from telamon.statements import Origin, Statement
from telamon.stepping import Stepper, resolved

JOBS = 4  # at a time; more would only wait for the one server
_BOOLEAN = 16  # the type's OID, fixed in the server's pg_type.dat
_SHOWN_ROWS = 10
_SHOWN_LINES = 6

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[str | None, ...]


class _NotMet(Exception):
    """A step did not go as it must."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


@dataclass(frozen=True)
class Run:
    """What all tests of a run share.

    Args:
        directory: whose migrations are tested.
        dev: where.
    """

    directory: Directory
    dev: Dev


def run_tests(run: Run, files: Sequence[tuple[str, Sequence[Scenario]]], jobs: int = JOBS) -> TestReport:
    """Carries out tests, and returns what came of them in the order in which they are written.

    Args:
        files: (path, tests).
        jobs: how many at a time; a dev server that lends one database only takes one.

    Raises:
        UsageError: a test names a version that does not exist.
        CheckError: the directory does not replay.
    """
    begun = time.perf_counter()
    scenarios = [scenario for _, each in files for scenario in each]
    _prepare(run, scenarios)
    several = min(jobs, len(scenarios))
    if several < 2 or not isinstance(run.dev, ServerDev):  # then it lends one database only
        results = [carried_out(run.directory, run.dev, scenario) for scenario in scenarios]
    else:
        run.dev.has("")  # starts the server, if nothing was replayed before
        # Making and dropping databases takes most of the time: each thread does it over a connection of its own.
        with ExitStack() as stack, ThreadPoolExecutor(several) as pool:
            free: SimpleQueue[Dev] = SimpleQueue()
            for _ in range(several):
                free.put(stack.enter_context(closing(_another(run.dev))))
            results = list(pool.map(lambda scenario: _on_a_free_one(run.directory, free, scenario), scenarios))
    left = iter(results)
    found = tuple(FileResult(path, tuple(next(left) for _ in each)) for path, each in files)
    return TestReport(found, time.perf_counter() - begun)


def _another(dev: ServerDev) -> ServerDev:
    """A second connection to a dev server, which the first one keeps running."""
    return ServerDev(dev.conninfo, dev.version_num, dev.description, dev.identity)


def _on_a_free_one(directory: Directory, free: SimpleQueue[Dev], scenario: Scenario) -> Result:
    dev = free.get()
    try:
        return carried_out(directory, dev, scenario)
    finally:
        free.put(dev)


def _prepare(run: Run, scenarios: Sequence[Scenario]) -> None:
    """Replays what tests begin with, each version once, so that none of them waits for another's replay."""
    order = [file.version for file in run.directory.executable()]
    wanted = set()
    for scenario in scenarios:
        named = [scenario.at, *(migrate.version for migrate in map(_migration, scenario.steps) if migrate)]
        try:
            versions = [resolved(run.directory, version) for version in named]
        except UsageError as error:
            raise UsageError(error.what, where=f"{scenario.origin}: {scenario.name}", why=error.why) from None
        wanted.add(versions[0])
    for version in sorted((version for version in wanted if version), key=order.index):
        Stepper(run.directory, run.dev, version).drop()


def _migration(step: Step) -> Migrate | None:
    inner = step.step if isinstance(step, Fails) else step
    return inner if isinstance(inner, Migrate) else None


def carried_out(directory: Directory, dev: Dev, scenario: Scenario) -> Result:
    """One test, on a database of its own."""
    begun = time.perf_counter()
    problem = None
    with Stepper(directory, dev, scenario.at) as stepper, stepper.connect() as connection:
        try:
            for step in scenario.steps:
                perform(step, stepper, connection)
        except _NotMet as error:
            problem = error.problem
    return Result(scenario.name, time.perf_counter() - begun, problem)


def perform(step: Step, stepper: Stepper, connection: Connection) -> None:
    """One step of a test.

    Raises:
        _NotMet: it did not go as it must.
    """
    match step:
        case Execute(statement):
            if error := _failure(connection, statement):
                raise _NotMet(Problem(statement.origin, "A statement failed", _seen(statement, _words(error)), True))
        case Migrate(version, origin):
            if refusal := _refusal(stepper, connection, version, origin):
                raise _NotMet(Problem(origin, f"The migration to {version} failed", told(refusal)))
        case Fails(inner, words, origin):
            _demand_failure(inner, words, origin, stepper, connection)
        case Holds(query, origin):
            _demand_truth(connection, query, origin)
        case SameRows(query, wanted, ordered, origin):
            _demand_rows(connection, query, wanted, ordered, origin)


def _failure(connection: Connection, statement: Statement) -> psycopg.Error | None:
    """Executes a statement; returns the server's error, if there is one."""
    try:
        if statement.copy_data is None:
            connection.execute(statement.text.encode())
        else:
            with connection.cursor() as cursor, cursor.copy(statement.text.encode()) as copy:
                copy.write(statement.copy_data)
    except psycopg.Error as error:
        return error
    return None


def _refusal(stepper: Stepper, connection: Connection, version: str, origin: Origin) -> TelamonError | None:
    """Migrates; returns the error, if there is one."""
    if connection.info.transaction_status != TransactionStatus.IDLE:
        do = "Write COMMIT above: migrations run in a session of their own, and would wait for this one."
        raise _NotMet(Problem(origin, "A transaction is still open", do, True))
    try:
        stepper.to(version)
    except TelamonError as error:
        return error
    return None


def _demand_failure(
    step: Execute | Migrate, words: str, origin: Origin, stepper: Stepper, connection: Connection
) -> None:
    if isinstance(step, Execute):
        error = _failure(connection, step.statement)
        said = _words(error) if error else None
        shown = _shown(step.statement)
    else:
        refusal = _refusal(stepper, connection, step.version, step.origin)
        said = str(refusal) if refusal else None
        shown = f"migrate to: {step.version}"
    if said is None:
        raise _NotMet(Problem(origin, "An error was expected, and there was none", shown))
    if words.lower() not in said.lower():
        raise _NotMet(Problem(origin, f'Another error was expected: "{words}"', f"{shown}\n{said}"))


def _demand_truth(connection: Connection, query: Statement, origin: Origin) -> None:
    rows, types = _rows(connection, query, origin)
    if any(type != _BOOLEAN for type in types):
        do = "The query's columns must be boolean: write a comparison, or use `-- expect rows:`."
        raise _NotMet(Problem(origin, "The expectation is neither true nor false", _seen(query, do), True))
    if not rows:
        raise _NotMet(Problem(origin, "The expectation does not hold: there are no rows", _shown(query)))
    if any(value != "t" for row in rows for value in row):
        raise _NotMet(Problem(origin, "The expectation does not hold", _seen(query, "It gives\n" + _table(rows))))


def _demand_rows(connection: Connection, query: Statement, wanted: Statement, ordered: bool, origin: Origin) -> None:
    rows, _ = _rows(connection, query, origin)
    expected, _ = _rows(connection, wanted, origin)
    if rows == expected if ordered else Counter(rows) == Counter(expected):
        return
    missing, extra = Counter(expected) - Counter(rows), Counter(rows) - Counter(expected)
    parts = [_shown(query)]
    if missing:
        parts.append("These rows are missing\n" + _table(list(missing.elements())))
    if extra:
        parts.append("These rows are too many\n" + _table(list(extra.elements())))
    if not missing and not extra:
        parts.append("The rows come in this order instead\n" + _table(rows))
    raise _NotMet(Problem(origin, "The rows are not the expected ones", "\n".join(parts)))


def told(error: TelamonError) -> str:
    """Where a migration failed and what the server said."""
    return "\n".join(part for part in (error.where, error.why or error.what) if part)


def _rows(connection: Connection, query: Statement, origin: Origin) -> tuple[list[Row], list[int]]:
    """A query's rows as the server writes them, and the types of its columns."""
    try:
        cursor = connection.execute(query.text.encode())
    except psycopg.Error as error:
        raise _NotMet(
            Problem(origin, "The query of an expectation failed", _seen(query, _words(error)), True)
        ) from error
    result = cursor.pgresult
    if result is None or cursor.description is None:
        raise _NotMet(Problem(origin, "An expectation must be a query that returns rows", _shown(query), True))
    encoding = connection.info.encoding

    def value(row: int, column: int) -> str | None:
        found = result.get_value(row, column)
        return None if found is None else bytes(found).decode(encoding)

    rows = [tuple(value(row, column) for column in range(result.nfields)) for row in range(result.ntuples)]
    return rows, [result.ftype(column) for column in range(result.nfields)]


def _table(rows: Sequence[Row]) -> str:
    lines = [f"  ({', '.join('NULL' if value is None else value for value in row)})" for row in rows[:_SHOWN_ROWS]]
    if len(rows) > _SHOWN_ROWS:
        lines.append(f"  ... and {len(rows) - _SHOWN_ROWS} more")
    return "\n".join(lines)


def _seen(statement: Statement, rest: str) -> str:
    return f"{_shown(statement)}\n{rest}"


def _shown(statement: Statement) -> str:
    lines = statement.text.splitlines()
    return "\n".join(f"  {line}" for line in [*lines[:_SHOWN_LINES], *(["..."] if len(lines) > _SHOWN_LINES else [])])


def _words(error: psycopg.Error) -> str:
    diag = error.diag
    if diag.message_primary is None:
        return str(error)
    detail = f"\n{diag.message_detail}" if diag.message_detail else ""
    return f"{diag.message_primary} (SQLSTATE {error.sqlstate}){detail}"
