"""The session that runs statements: in one go or one by one, watched, patient, and knowing which one failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from psycopg import sql

from telamon.apply.events import Asserted, Emit, Failed, StatementDone
from telamon.apply.failure import Stumble, check_failed, failure, gave_up, server_words
from telamon.apply.options import Options
from telamon.apply.patience import Patience, limit
from telamon.apply.pipeline import Unfinished, execute
from telamon.apply.revisions import RevisionTable
from telamon.apply.target import Query, Target
from telamon.apply.watch import Watch
from telamon.apply.work import Work

Result = TypeVar("Result")

BEGIN, COMMIT = sql.SQL("BEGIN"), sql.SQL("COMMIT")


class Session:
    """A target's connection at work.

    Args:
        target: where.
        table: its revision table.
        options: how patient to be.
        emit: is told what happens.
        watch: looks at what a statement waits for.
    """

    def __init__(self, target: Target, table: RevisionTable, options: Options, emit: Emit, watch: Watch) -> None:
        self.target, self.table, self.options, self.emit, self.watch = target, table, options, emit, watch
        self.connection = target.connection
        self.patience = Patience(target.connection, options, emit, watch)

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        return self.patience.idle

    def batch(self, work: Work, before: Sequence[Query | bytes], indexes: range, after: Sequence[Query]) -> None:
        """Sends queries, statements of the file and more queries in one go, and waits for all.

        Raises:
            Stumble: one failed; none after it was executed.
        """
        texts = [work.statements[index].text.encode() for index in indexes]
        queries = [*map(self._encoded, before), *texts, *map(self._encoded, after)]
        try:
            with self.watch.busy():
                execute(self.connection, queries)
        except Unfinished as stopped:
            error, failed = stopped.error, stopped.index
            index = failed - len(before)
            if 0 <= index < len(indexes):
                raise Stumble(work, indexes[index], error) from None
            query = queries[min(failed, len(queries) - 1)].decode()
            at = "the commit" if query == "COMMIT" else "its row in the history"
            raise Stumble(work, -1, error, query, at) from None

    def _encoded(self, query: Query | bytes) -> bytes:
        return query if isinstance(query, bytes) else query.as_bytes(self.connection)

    def one(self, work: Work, index: int) -> None:
        """Executes one statement by itself, as the simple protocol does: it may be several, or read data.

        Raises:
            Stumble: it failed.
        """
        statement = work.statements[index]
        begun = time.monotonic()
        try:
            with self.watch.busy():
                if statement.copy_data is None:
                    self.connection.execute(statement.text.encode())
                else:
                    with self.connection.cursor() as cursor, cursor.copy(statement.text.encode()) as copy:
                        copy.write(statement.copy_data)
        except psycopg.Error as error:
            raise Stumble(work, index, error) from None
        self.emit(StatementDone(work.file.version, index, statement.text, time.monotonic() - begun))

    def send(self, work: Work, *queries: Query | bytes) -> None:
        """Executes queries that are none of the file's.

        Raises:
            Stumble: one failed.
        """
        self.batch(work, queries, range(0), ())

    def told(self, work: Work, indexes: range) -> None:
        """Tells that statements sent in one go are done."""
        for index in indexes:
            self.emit(StatementDone(work.file.version, index, work.statements[index].text))

    def roll_back(self) -> None:
        """Ends an open transaction, if the connection still lives."""
        self.patience.roll_back()

    def wait_at_most(self, lock_timeout: float | None) -> None:
        """Sets how long what runs outside of transactions may wait for a lock, in seconds; None for ever."""
        self.connection.execute(limit(lock_timeout, local=False))

    def check(self, work: Work) -> None:
        """Makes the pre-migration checks of a file.

        Raises:
            CheckError: one is not true.
            Stumble: one cannot be executed.
        """
        for check in work.checks:
            answers = []
            for statement in check.statements:
                try:
                    cursor = self.connection.execute(statement.text.encode())
                    row = cursor.fetchone() if cursor.description else None
                except psycopg.Error as error:
                    raise Stumble(work, -1, error, statement.text, f"its check {check.name}") from None
                found = row[0] if row else None
                if found is not True and not check.one_of:
                    raise check_failed(work, check.name, statement.text, statement.origin, repr(found))
                answers.append(found is True)
                self.emit(Asserted(work.file.version, statement.text))
            if check.one_of and not any(answers):
                last = check.statements[-1]
                raise check_failed(work, check.name, last.text, last.origin, "no true in any of its queries")

    def patiently(self, version: str, deed: Callable[[float], Result]) -> Result:
        """Attempts something until it gets its locks.

        Args:
            version: the first file that is undone when an attempt fails, "" for none.
            deed: takes the lock timeout in seconds; everything it did must be undone by a rollback.

        Raises:
            LockError: somebody was in the way until the end of patience.
            Stumble: it failed for another reason.
        """
        return self.patience.attempt(deed, Stumble, gave_up, blocked=lambda stumble: stumble.blocked, version=version)

    def fail(self, stumble: Stumble, kept: int) -> Exception:
        """Ends the transaction, tells of the failure, and returns the error to raise.

        Args:
            kept: statements of the file that stay done.
        """
        lost = self.connection.closed
        self.roll_back()
        words = server_words(stumble.error)
        self.emit(Failed(stumble.work.file.version, stumble.index, stumble.sql, words, undone=kept == 0))
        return failure(stumble, kept, lost=lost)
