"""Statements that are no migration, but a plan made for this one target: run as patiently, and not recorded."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg import pq, sql

from telamon.apply.events import Emit, Retrying, StatementDone
from telamon.apply.failure import server_words
from telamon.apply.lock import advisory_lock
from telamon.apply.options import Options
from telamon.apply.preflight import snippet
from telamon.apply.target import Target
from telamon.apply.watch import Watch
from telamon.errors import LockError, TelamonError

_HINTS = {
    "42501": "The user of the URL lacks a privilege: give --role the role that owns the objects.",
    "2BP01": "Something that was excluded, or that is not managed, depends on it: drop that first.",
}
TxMode = Literal["file", "none"]
_BLOCKED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def run_statements(
    target: Target,
    statements: Sequence[str],
    options: Options,
    emit: Emit,
    *,
    tx_mode: TxMode,
    check: Callable[[], None],
) -> None:
    """Runs statements on a target while holding its lock.

    Args:
        options: role, waiting times and statement timeout; the rest is not looked at.
        emit: is told what happens; `Running` comes from another thread.
        tx_mode: `file`, all in one transaction; `none`, each by itself, so that those before a failure stay.
        check: called under the lock, right before the first statement of each attempt; may raise.

    Raises:
        LockError: another run, or another session, was in the way for too long.
        TelamonError: a statement failed.
    """
    connection = target.connection
    with (
        advisory_lock(connection, emit, timeout=options.lock_timeout),
        Watch(target.second, connection.info.backend_pid, emit) as watch,
    ):
        runner = _Runner(target, statements, options, emit, watch, tx_mode)
        try:
            if tx_mode == "file":
                runner.patiently(0, lambda wait: runner.together(wait, check))
            else:
                check()
                for index in range(len(statements)):
                    runner.patiently(index, lambda wait, index=index: runner.alone(index, wait))  # type: ignore[misc]
        finally:
            runner.roll_back()


@dataclass(frozen=True, slots=True)
class _Runner:
    target: Target
    statements: Sequence[str]
    options: Options
    emit: Emit
    watch: Watch
    tx_mode: TxMode

    def together(self, lock_timeout: float, check: Callable[[], None]) -> None:
        """One attempt at all statements in one transaction."""
        check()
        connection = self.target.connection
        limits = sql.SQL("SELECT set_config('lock_timeout', {}, true)").format(milliseconds(lock_timeout))
        connection.execute("BEGIN")
        connection.execute(limits)
        for index in range(len(self.statements) + 1):
            self._execute(index)

    def alone(self, index: int, lock_timeout: float) -> None:
        """One attempt at one statement outside of a transaction."""
        limits = sql.SQL("SELECT set_config('lock_timeout', {}, false)").format(milliseconds(lock_timeout))
        self.target.connection.execute(limits)
        self._execute(index)

    def _execute(self, index: int) -> None:
        """Executes a statement; the one after the last is the commit."""
        begun = time.monotonic()
        statement = self._text(index)
        try:
            with self.watch.busy():
                self.target.connection.execute(statement.encode())
        except _BLOCKED:
            raise
        except psycopg.Error as error:
            lost = self.target.connection.closed
            self.roll_back()
            raise self._failure(index, error, lost=lost) from None
        if index < len(self.statements):
            self.emit(StatementDone("", index, statement, time.monotonic() - begun))

    def _text(self, index: int) -> str:
        return self.statements[index] if index < len(self.statements) else "COMMIT"

    def patiently(self, first: int, attempt: Callable[[float], None]) -> None:
        """Attempts something until it gets its locks. Who waits in the lock queue blocks everybody behind; so each
        attempt waits a little, gives way to the others, and comes back.
        """
        begun = time.monotonic()
        ladder = self.options.lock_ladder
        for number in itertools.count(1):
            try:
                return attempt(ladder[min(number, len(ladder)) - 1])
            except _BLOCKED as error:
                self.roll_back()
                waited = time.monotonic() - begun
                if waited >= self.options.lock_retry:
                    raise self._gave_up(first, error, waited) from None
            pause = random.uniform(0.5, 1.0) * min(0.25 * 2**number, 5.0)
            self.emit(Retrying("", number, pause, self.watch.seen))
            time.sleep(pause)
        raise AssertionError("count() does not end")

    def roll_back(self) -> None:
        """Ends an open transaction, if the connection still lives."""
        connection = self.target.connection
        if not connection.closed and connection.info.transaction_status != pq.TransactionStatus.IDLE:
            connection.execute("ROLLBACK")

    def _left(self, index: int) -> str:
        if self.tx_mode == "none" and index:
            return f"Statements 1 to {index} stay. Run the command again: it plans from where the target is now."
        return "Nothing was changed."

    def _failure(self, index: int, error: psycopg.Error, *, lost: bool) -> TelamonError:
        diag = error.diag
        details = [f"{name}: {text}" for name, text in (("DETAIL", diag.message_detail), ("HINT", diag.message_hint))
                   if text]  # fmt: skip
        what = "The connection to the target was lost at" if lost else "The target refused"
        at = f"statement {index + 1} of {len(self.statements)}" if index < len(self.statements) else "the commit"
        return TelamonError(
            f"{what} {at}",
            where=snippet(self._text(index)),
            why="\n".join([f"ERROR: {server_words(error)}", *details]),
            do="\n".join(filter(None, [_HINTS.get(error.sqlstate or "", ""), self._left(index)])),
        )

    def _gave_up(self, index: int, error: psycopg.Error, seconds: float) -> LockError:
        seen = "\n".join(f"In the way: {blocker}" for blocker in self.watch.seen)
        return LockError(
            f"The plan did not get its locks in {seconds:.0f}s of attempts",
            where=snippet(self._text(index)) if self.tx_mode == "none" else "",
            why=f"{server_words(error)}\n{seen}".strip(),
            do="Try again at a quieter time, give a longer --lock-retry, or end the session that is in the way.",
        )


def milliseconds(seconds: float) -> str:
    """A duration as a setting takes it; never 0, which would mean no limit."""
    return f"{max(1, round(seconds * 1000))}ms"
