"""Statements that are no migration, but a plan made for this one target: run as patiently, and not recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import psycopg

from telamon.apply.events import Blocker, Emit, StatementDone
from telamon.apply.failure import server_words
from telamon.apply.lock import advisory_lock
from telamon.apply.options import Options
from telamon.apply.patience import Patience, in_the_way, is_blocked, limit
from telamon.apply.preflight import Effect, effect, snippet
from telamon.apply.target import Target
from telamon.apply.watch import Watch
from telamon.errors import LockError, TelamonError, interruptible

_HINTS = {
    "42501": "The user of the URL lacks a privilege: give --role the role that owns the objects.",
    "2BP01": "Something that was excluded, or that is not managed, depends on it: drop that first.",
}
TxMode = Literal["file", "none"]


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
    done = "all of the plan or nothing" if tx_mode == "file" else "a part of the plan"
    with (
        interruptible(lambda: f"{done} was done on the target: run the command again, it plans from where that is now"),
        advisory_lock(connection, emit, timeout=options.lock_timeout),
        Watch(target.second, connection.info.backend_pid, emit) as watch,
    ):
        runner = _Runner(target, statements, Patience(connection, options, emit, watch), tx_mode)
        try:
            if tx_mode == "file":
                runner.together(check)
            else:
                check()
                for index in range(len(statements)):
                    runner.alone(index)
        finally:
            runner.patience.roll_back()


@dataclass(frozen=True, slots=True)
class _Runner:
    target: Target
    statements: Sequence[str]
    patience: Patience
    tx_mode: TxMode

    def together(self, check: Callable[[], None]) -> None:
        """Executes all statements in one transaction."""

        def attempt(lock_timeout: float) -> None:
            check()
            self.target.connection.execute("BEGIN")
            self._limit(lock_timeout, local=True)
            for index in range(len(self.statements) + 1):
                self._execute(index)

        self._patiently(0, attempt)

    def alone(self, index: int) -> None:
        """Executes one statement outside of a transaction."""
        waits = effect(self.statements[index]) is Effect.CONCURRENT

        def attempt(lock_timeout: float) -> None:
            self._limit(None if waits else lock_timeout, local=False)
            self._execute(index)

        self._patiently(index, attempt)

    def _limit(self, lock_timeout: float | None, *, local: bool) -> None:
        self.target.connection.execute(limit(lock_timeout, local=local))

    def _patiently(self, index: int, attempt: Callable[[float], None]) -> None:
        def gave_up(error: psycopg.Error, seconds: float, blockers: tuple[Blocker, ...]) -> LockError:
            return LockError(
                f"The plan did not get its locks in {seconds:.0f}s of attempts",
                where=snippet(self._text(index)) if self.tx_mode == "none" else "",
                why=f"{server_words(error)}\n{in_the_way(blockers)}".strip(),
                do="Try again at a quieter time, give a longer --lock-retry, or end the session that is in the way.",
            )

        self.patience.attempt(attempt, psycopg.Error, gave_up, blocked=is_blocked)

    def _execute(self, index: int) -> None:
        """Executes a statement; the one after the last is the commit."""
        begun = time.monotonic()
        statement = self._text(index)
        try:
            with self.patience.watch.busy():
                self.target.connection.execute(statement.encode())
        except psycopg.Error as error:
            if is_blocked(error):
                raise
            lost = self.target.connection.closed
            self.patience.roll_back()
            raise self._failure(index, error, lost=lost) from None
        if index < len(self.statements):
            self.patience.emit(StatementDone("", index, statement, time.monotonic() - begun))

    def _text(self, index: int) -> str:
        return self.statements[index] if index < len(self.statements) else "COMMIT"

    def _left(self, index: int) -> str:
        if self.tx_mode == "none" and index:
            stay = "Statement 1 stays" if index == 1 else f"Statements 1 to {index} stay"
            return f"{stay}. Run the command again: it plans from where the target is now."
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
