"""How a run of apply is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from telamon.apply.pending import ExecOrder
from telamon.apply.preflight import TxMode


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may do and how long it may wait. Times are in seconds.

    Args:
        amount: run at most so many files, None for all.
        to_version: run no file newer than this, None for all.
        dry_run: say what would be run; change nothing, not even the revision table.
        baseline: on a target without history, take it that files up to this version are applied.
        allow_dirty: run on a target without history even if it is not empty.
        tx_mode: one transaction a file, one for all, or none.
        exec_order: what to do with files older than the last one applied.
        revisions_schema: where the revision table is, None for the usual place.
        role: act as this role.
        lock_timeout: how long to wait for another run.
        lock_ladder: how long a statement may wait for a table, on the first, second ... and every further attempt.
        lock_retry: how long to go on attempting.
        statement_timeout: how long a statement may run, 0 for no limit.
        wait_for_database: how long to wait for a target that is not up yet.
        contexts: run, beside the files for all, those that are left to one of these contexts.
    """

    amount: int | None = None
    to_version: str | None = None
    dry_run: bool = False
    baseline: str | None = None
    allow_dirty: bool = False
    tx_mode: TxMode = "file"
    exec_order: ExecOrder = "linear"
    revisions_schema: str | None = None
    role: str | None = None
    lock_timeout: float = 10.0
    lock_ladder: tuple[float, ...] = (1.0, 2.0, 3.0, 5.0)
    lock_retry: float = 60.0
    statement_timeout: float = 0.0
    wait_for_database: float = 0.0
    contexts: tuple[str, ...] = ()
