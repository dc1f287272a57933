"""The work for one target: a function and its argument, which can be pickled and sent to any worker."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

from telamon.apply.events import Event, FileDone
from telamon.apply.options import Options
from telamon.apply.preflight import TxMode
from telamon.apply.report import Recorder
from telamon.apply.revisions import Revision
from telamon.apply.runner import apply
from telamon.apply.status import status
from telamon.apply.work import Work, prepare
from telamon.directory import Directory, MigrationFile
from telamon.errors import TelamonError
from telamon.fleet.types import FleetTarget, Outcome, StatusLine

KEPT = 64
"""Files made ready that a worker remembers: targets in the same state need the same."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One target's work.

    Args:
        target: where.
        directory: what is run there.
        options: how.
        lock: the name of the lock that keeps two runs apart there.
    """

    target: FleetTarget
    directory: Directory
    options: Options
    lock: str


def apply_unit(unit: Unit) -> Outcome:
    """Runs what is pending on one target. Never raises a `TelamonError`: the outcome says what went wrong."""
    begun, name, error, code = time.monotonic(), unit.target.name, "", 0
    recorder, finished = Recorder({}), set[str]()

    def emit(event: Event) -> None:
        recorder(event)
        if isinstance(event, FileDone):
            finished.add(event.version)

    try:
        apply(unit.target.url, unit.directory, unit.options, on_event=emit, lock=unit.lock, make=ready)
    except TelamonError as failure:
        error, code = str(failure), failure.exit_code
    report = recorder.report()
    undone = error and unit.options.tx_mode == "all"
    done = [file for file in report.applied if file.version in finished and not file.error and not undone]
    version = report.current if unit.options.dry_run else max([report.current, *(file.version for file in done)])
    return Outcome(
        name,
        "failed" if error else "applied" if done else "nothing",
        report.current,
        version,
        tuple(file.name for file in done),
        sum(len(file.statements) for file in done),
        time.monotonic() - begun,
        error,
        code,
    )


def ready(file: MigrationFile, entry_hash: str, given: TxMode, row: Revision | None) -> Work:
    """A file made ready to run, as `prepare` does; remembered where no earlier attempt has to be taken up."""
    return _fresh(file, entry_hash, given) if row is None else prepare(file, entry_hash, given, row)


@lru_cache(maxsize=KEPT)
def _fresh(file: MigrationFile, entry_hash: str, given: TxMode) -> Work:
    return prepare(file, entry_hash, given, None)


def status_unit(unit: Unit) -> StatusLine:
    """How far one target is. Never raises a `TelamonError`: the line says what went wrong."""
    options, name = unit.options, unit.target.name
    try:
        found = status(
            unit.target.url, unit.directory, revisions_schema=options.revisions_schema, exec_order=options.exec_order,
            baseline=options.baseline, role=options.role, wait=options.wait_for_database, contexts=options.contexts,
        )  # fmt: skip
    except TelamonError as failure:
        return StatusLine(name, "ERROR", error=str(failure))
    return StatusLine(
        name,
        "PENDING" if found.status == "PENDING" else "OK",
        found.applied[-1].version if found.applied else "",
        found.pending[0].version if found.pending and not found.out_of_order else "",
        tuple(file.name for file in found.pending),
        tuple(file.name for file in found.out_of_order),
        tuple(file.name for file in found.skipped),
        found.error,
    )
