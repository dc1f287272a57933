"""How far a fleet is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from telamon.apply.options import Options
from telamon.apply.pending import in_context, pending
from telamon.directory import Directory
from telamon.errors import CheckError, mask
from telamon.fleet.drive import drive, executor_for
from telamon.fleet.run import DEFAULTS, fleet_of
from telamon.fleet.survey import History, survey
from telamon.fleet.types import FleetStatus, FleetTarget, Limits, StatusLine
from telamon.fleet.unit import Unit, status_unit


def status(
    targets: Sequence[str | FleetTarget],
    directory: Directory | os.PathLike[str] | str,
    options: Options | None = None,
    *,
    limits: Limits = DEFAULTS,
    executor: object | None = None,
) -> FleetStatus:
    """Tells how far many targets are. Changes nothing, takes no lock.

    Args:
        targets, directory, options, executor: as in `apply`.
        limits: only the cap per server matters.

    Raises:
        UsageError: the targets are wrong.
        CheckError: the directory is not as sealed.
    """
    options = options or Options()
    found = fleet_of(targets, options)
    directory = directory if isinstance(directory, Directory) else Directory.read(directory)
    directory.check()
    lines = _lines(directory, survey(found, role=options.role), options)
    units = [Unit(each, directory, options, "") for each in found if each.name not in lines]
    unhurried = Limits(0, len(units) + 1, limits.per_server)
    with executor_for(executor, units, limits) as pool:
        lines |= drive(units, status_unit, _lost, lambda line: False, lambda line: None, pool, unhurried)
    return FleetStatus(tuple(lines[each.name] for each in found))


def _lines(directory: Directory, seen: dict[str, History], options: Options) -> dict[str, StatusLine]:
    """The lines of targets whose histories are in order. Equal ones are looked at once."""
    everything = directory.executable()
    known: dict[History, StatusLine | None] = {}
    for rows in seen.values():
        if rows in known or not rows or any(row.partial for row in rows):
            continue  # without a history, or with an unfinished row, there is more to tell than these say
        files = in_context(everything, options.contexts, rows)
        try:
            found = pending(files, rows, options.exec_order)
        except CheckError:
            continue
        unordered = found.out_of_order if options.exec_order == "linear" else ()
        waiting = bool(found.files or unordered)
        known[rows] = StatusLine(
            "",
            "PENDING" if waiting else "OK",
            rows[-1].version,
            found.files[0].version if found.files and not unordered else "",
            tuple(file.name for file in found.files),
            tuple(file.name for file in unordered),
            tuple(file.name for file in everything if file not in files),
        )
    return {name: replace(line, name=name) for name, rows in seen.items() if (line := known.get(rows))}


def _lost(unit: Unit, error: BaseException) -> StatusLine:
    return StatusLine(unit.target.name, "ERROR", error=mask(f"Its worker failed: {type(error).__name__}: {error}"))
