"""Patience: each attempt waits a little for its locks, then gives way to the others and comes back.

Who waits in the lock queue of a table blocks everybody behind; so nobody of ours stands there for long.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import psycopg
from psycopg import pq, sql

from telamon.apply.events import Blocker, Emit, Retrying
from telamon.apply.options import Options
from telamon.apply.target import Connection
from telamon.apply.watch import Watch
from telamon.errors import LockError

Result = TypeVar("Result")
Refusal = TypeVar("Refusal", bound=Exception)
LOCKED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def is_blocked(error: psycopg.Error) -> bool:
    """Whether an error says that somebody else was in the way, so that trying again makes sense.

    Besides locks: two changed one row of a system catalog at the same moment. Those of roles belong to all databases of
    a server, and no lock on a table keeps their migrations apart.
    """
    if isinstance(error, psycopg.errors.UniqueViolation):
        return error.diag.schema_name == "pg_catalog"
    together = isinstance(error, psycopg.errors.InternalError_) and str(error).startswith("tuple concurrently ")
    return together or isinstance(error, LOCKED)


@dataclass(frozen=True, slots=True)
class Patience:
    """A session that waits well.

    Args:
        connection: its.
        options: how patient to be.
        emit: is told of each retry.
        watch: knows who is in the way.
    """

    connection: Connection
    options: Options
    emit: Emit
    watch: Watch

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        return self.connection.info.transaction_status == pq.TransactionStatus.IDLE

    def roll_back(self) -> None:
        """Ends an open transaction, if the connection still lives."""
        if not self.connection.closed and not self.idle:
            self.connection.execute("ROLLBACK")

    def attempt(
        self,
        deed: Callable[[float], Result],
        refusal: type[Refusal] | tuple[type[Refusal], ...],
        gave_up: Callable[[Refusal, float, tuple[Blocker, ...]], LockError],
        *,
        blocked: Callable[[Refusal], bool] = lambda _: True,
        version: str = "",
    ) -> Result:
        """Attempts something until it gets its locks.

        Args:
            deed: takes the lock timeout in seconds; everything it did must be undone by a rollback.
            refusal: what it raises when it does not get them.
            gave_up: makes the error of it, from the seconds that were spent and the sessions last seen in the way.
            blocked: whether it was for the locks; what is raised for another reason is passed on.
            version: the first file that is undone when an attempt fails, "" for none.

        Raises:
            LockError: somebody was in the way until the end of patience.
        """
        begun, ladder = time.monotonic(), self.options.lock_ladder
        for number in itertools.count(1):
            try:
                return deed(ladder[min(number, len(ladder)) - 1])
            except refusal as error:
                if not blocked(error):
                    raise
                self.roll_back()
                waited = time.monotonic() - begun
                if waited >= self.options.lock_retry:
                    raise gave_up(error, waited, self.watch.seen) from None
            pause = random.uniform(0.5, 1.0) * min(0.25 * 2**number, 5.0)
            self.emit(Retrying(version, number, pause, self.watch.seen))
            time.sleep(pause)
        raise AssertionError("count() does not end")


def limit(lock_timeout: float | None, *, local: bool) -> sql.Composed:
    """The statement that says how long to wait for a lock.

    Args:
        lock_timeout: in seconds, None for as long as it takes.
        local: until the end of the transaction, else of the session.
    """
    milliseconds = 0 if lock_timeout is None else max(1, round(lock_timeout * 1000))
    return sql.SQL("SET {} lock_timeout = {}").format(sql.SQL("LOCAL" if local else "SESSION"), milliseconds)


def in_the_way(blockers: tuple[Blocker, ...]) -> str:
    """A line for each session that was."""
    return "\n".join(f"In the way: {blocker}" for blocker in blockers)
