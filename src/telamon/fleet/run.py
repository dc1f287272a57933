"""Applying a directory to a fleet."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence

import psycopg

from telamon.apply.events import ignore
from telamon.apply.lock import EXECUTE, advisory_lock
from telamon.apply.options import Options
from telamon.apply.pending import cut, in_context, pending, refuse_unordered
from telamon.apply.target import connect
from telamon.directory import Directory
from telamon.errors import CheckError, TelamonError, UsageError, interruptible, mask
from telamon.fleet.drive import drive, executor_for
from telamon.fleet.survey import History, shared, survey
from telamon.fleet.targets import base_url, checked, given
from telamon.fleet.types import FleetReport, FleetTarget, Limits, Outcome
from telamon.fleet.unit import Unit, apply_unit

DEFAULTS = Limits()
TENANT_LOCK = "telamon_tenant_{}"
"""The lock of one schema, taken by its worker while the run holds the lock of the whole database."""


def apply(
    targets: Sequence[str | FleetTarget],
    directory: Directory | os.PathLike[str] | str,
    options: Options | None = None,
    *,
    limits: Limits = DEFAULTS,
    executor: object | None = None,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> FleetReport:
    """Runs the pending files of a migration directory on many targets.

    It can be run again at any time: it does what is left. What went wrong on a target is in its outcome, not raised.

    Args:
        targets: URLs, or what `given`, `asked` or `tenants` return.
        directory: the directory, or where it is.
        options: how to run on each; None for the defaults.
        limits: canary, budget of failures, cap per server.
        executor: a `concurrent.futures.Executor`, or a client with `get_executor` (Dask's); threads if None. Units and
            outcomes can be pickled.
        on_outcome: is told each outcome as it comes, of those with something to do.

    Raises:
        UsageError: the targets or options are wrong.
        CheckError: the directory is not as sealed.
        LockError: another run holds the lock of a database with several of the targets.
        TelamonError: such a database cannot be used.
    """
    begun, options = time.monotonic(), options or Options()
    if options.baseline and options.allow_dirty:
        raise UsageError("--baseline and --allow-dirty exclude each other")
    found = fleet_of(targets, options)
    directory = directory if isinstance(directory, Directory) else Directory.read(directory)
    directory.check()
    with _explained(), _locked(found, options) as locks:
        idle = _idle(directory, survey(found, role=options.role), options)
        units = [
            Unit(each, directory, options, locks.get(each.name, EXECUTE)) for each in found if each.name not in idle
        ]
        with (
            interruptible(
                lambda: "targets that had begun were finished, the others left: run it again for what is left"
            ),
            executor_for(executor, units, limits) as pool,
        ):
            done = drive(units, apply_unit, _lost, lambda each: bool(each.error), on_outcome, pool, limits)
    outcomes = {**{unit.target.name: Outcome(unit.target.name, "left") for unit in units}, **idle, **done}
    return FleetReport(tuple(outcomes[each.name] for each in found), time.monotonic() - begun)


def fleet_of(targets: Sequence[str | FleetTarget], options: Options) -> tuple[FleetTarget, ...]:
    """The targets, each of them once.

    Raises:
        UsageError: two are the same, there is none, or they would share one revision table.
    """
    made = [each if isinstance(each, FleetTarget) else given([each])[0] for each in targets]
    found = checked(made)
    if options.revisions_schema and shared(found):
        raise UsageError(
            "Schemas of one database cannot share a revision table",
            why="Each has its own version, and a table of its own for it.",
            do="Leave out revisions_schema.",
        )
    return found


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise TelamonError(
            "The lock of a database with several targets was lost",
            why=str(error).strip(),
            do="Run the command again: it does what is left.",
        ) from None


@contextlib.contextmanager
def _locked(targets: Sequence[FleetTarget], options: Options) -> Iterator[dict[str, str]]:
    """Holds the lock of each database with several targets, so that they need not wait for each other.

    Yields:
        the lock that a target's worker takes itself, by the target's name, where that is not the usual one.
    """
    names: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        for some in [] if options.dry_run else shared(targets).values():
            wait = options.wait_for_database
            target = stack.enter_context(connect(base_url(some[0].url), role=options.role, wait=wait))
            stack.enter_context(advisory_lock(target.connection, ignore, timeout=options.lock_timeout))
            names |= {each.name: TENANT_LOCK.format(each.schema) for each in some}
        yield names


def _idle(directory: Directory, seen: dict[str, History], options: Options) -> dict[str, Outcome]:
    """The outcomes of targets that are known to have nothing to do. Equal histories are looked at once."""
    files = directory.executable()
    known: dict[History, bool] = {}
    for rows in seen.values():
        if rows and rows not in known:
            try:
                found = pending(in_context(files, options.contexts, rows), rows, options.exec_order)
                refuse_unordered(found, options.exec_order)
            except CheckError:
                known[rows] = False  # the target's own run says it, with all that belongs to it
            else:
                known[rows] = not cut(found.files, amount=None, to_version=options.to_version, known=files)
    return {
        name: Outcome(name, "nothing", rows[-1].version, rows[-1].version)
        for name, rows in seen.items()
        if known.get(rows)
    }


def _lost(unit: Unit, error: BaseException) -> Outcome:
    """The outcome of a target whose worker died, or met what is no error of ours."""
    text = mask(f"Its worker failed: {type(error).__name__}: {error}")
    return Outcome(unit.target.name, "failed", error=text, exit_code=1)
