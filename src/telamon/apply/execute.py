"""Running files: who shares a transaction with whom, and the rows that go with it. Prints nothing; events tell."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg

from telamon.apply.events import FileDone, FileStarted
from telamon.apply.failure import Stumble
from telamon.apply.patience import limit
from telamon.apply.revisions import CLOCK
from telamon.apply.session import BEGIN, COMMIT, Session
from telamon.apply.stepwise import run_stepwise
from telamon.apply.target import Query
from telamon.apply.work import Work


def run(session: Session, works: Sequence[Work]) -> None:
    """Runs files in order, each as its transaction mode says; with mode `all` they share one transaction.

    Raises:
        TelamonError: a statement failed, a check was not true, or a lock was not to be had.
    """
    if works and works[0].mode == "all":
        _together(session, works)
        return
    for work in works:
        if work.mode == "none":
            run_stepwise(session, work)
        else:
            _together(session, [work])


def _together(session: Session, works: Sequence[Work]) -> None:
    """Runs files and writes their rows in one transaction."""
    singly = not all(work.pipelined for work in works)

    def attempt(lock_timeout: float) -> None:
        nonlocal singly
        try:
            _transaction(session, works, lock_timeout, singly)
        except Stumble as stumble:
            # A text may turn out to be several commands, which cannot be sent in one go: its own error is then
            # "syntax error". Nothing has happened; sent one by one, the server gives the true verdict.
            if singly or not isinstance(stumble.error, psycopg.errors.SyntaxError):
                raise
            session.roll_back()
            singly = True
            _transaction(session, works, lock_timeout, singly)

    try:
        session.patiently(works[0].file.version, attempt)
    except Stumble as stumble:
        raise session.fail(stumble, stumble.work.revision.applied) from None
    finally:
        session.roll_back()


def _transaction(session: Session, works: Sequence[Work], lock_timeout: float, singly: bool) -> None:
    for work in works:
        row = work.done
        begun = time.monotonic()
        file, skipped = work.file, work.revision.applied
        session.emit(FileStarted(file.name, file.version, file.description, len(work.statements), skipped))
        before: list[Query] = [*([BEGIN] if work is works[0] else [CLOCK]), limit(lock_timeout, local=True)]
        # A file may change role and settings: its row is written as us, and the next file finds all as before.
        after: list[Query] = [session.table.upsert(row, measure=True)]
        if work.sets_session:
            after = [*session.target.identity(), *after, *session.target.settings()]
        after += [COMMIT] if work is works[-1] else []
        indexes = range(skipped, len(work.statements))
        if work.checks and not skipped:
            session.send(work, *before)
            session.check(work)
            before = []
        if singly:
            session.send(work, *before)
            for index in indexes:
                session.one(work, index)
            session.send(work, *after)
        else:
            try:
                session.batch(work, before, indexes, after)
            except Stumble as stumble:
                if not stumble.blocked and not isinstance(stumble.error, psycopg.errors.SyntaxError):
                    session.told(work, range(skipped, stumble.index))
                raise
            session.told(work, indexes)
        session.emit(FileDone(file.version, time.monotonic() - begun))
