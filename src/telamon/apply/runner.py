"""One run of apply: check the directory, look at the target, take the lock, run what is pending."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.errors import Diagnostic

from telamon.apply.edited import ADVICE, edited
from telamon.apply.events import Emit, Event, FileDone, FileStarted, Note, RunStarted, StatementDone, ignore
from telamon.apply.execute import run
from telamon.apply.lock import EXECUTE, advisory_lock
from telamon.apply.options import Options
from telamon.apply.pending import baseline_file, cut, in_context, pending, refuse_unordered
from telamon.apply.preflight import TxMode
from telamon.apply.report import ApplyReport, Recorder, env_json
from telamon.apply.revisions import BASELINE, Revision, RevisionTable, dirt, locate
from telamon.apply.session import Session
from telamon.apply.target import Target, connect, parse
from telamon.apply.watch import Watch
from telamon.apply.work import Work, prepare
from telamon.directory import Directory, MigrationFile
from telamon.errors import CheckError, TelamonError, UsageError, interruptible

Make = Callable[[MigrationFile, str, TxMode, Revision | None], Work]


def apply(
    url: str,
    directory: Directory | Path | str,
    options: Options | None = None,
    *,
    on_event: Emit = ignore,
    lock: str = EXECUTE,
    make: Make = prepare,
) -> ApplyReport:
    """Runs the pending files of a migration directory on a target.

    Args:
        url: of the target, postgres://...; `?search_path=` binds it to one schema.
        directory: the directory, or where it is.
        options: how to run; None for the defaults.
        on_event: is told everything as it happens (`telamon.apply.events`). `Running` comes from another thread.
        lock: the name of the lock that keeps two runs apart.
        make: makes a file ready to run; for many targets it may remember.

    Returns:
        what was done.

    Raises:
        UsageError: the options or the URL are wrong.
        CheckError: the directory is not as sealed, a file cannot run, or its checks are not true.
        LockError: another run, or another session, was in the way for too long.
        TelamonError: the target cannot be used, or a statement failed.
    """
    options = options or Options()
    if options.baseline and options.allow_dirty:
        raise UsageError("--baseline and --allow-dirty exclude each other")
    directory = directory if isinstance(directory, Directory) else Directory.read(directory)
    directory.check()
    recorder = Recorder(env_json(parse(url), str(directory.path)))

    def emit(event: Event) -> None:
        recorder(event)
        on_event(event)

    def tell(text: str) -> None:
        emit(Note(text))

    wait, timeout = options.wait_for_database, options.statement_timeout
    try:
        with (
            interruptible(lambda: left_by(recorder.report())),
            connect(url, role=options.role, wait=wait, statement_timeout=timeout, tell=tell) as target,
        ):
            _Run(target, directory, options, emit, lock, make).run()
    except psycopg.Error as error:
        raise TelamonError(
            "the target failed outside of the migrations",
            why=str(error).strip(),
            do="`telamon migrate status` says how far the run came; apply again to go on.",
        ) from None
    return recorder.report()


def left_by(report: ApplyReport) -> str:
    """What state a run that was interrupted leaves its target in."""
    if not report.applied:
        return "no migration had begun; the target is as before"
    return (
        f"in {report.applied[-1].name}; what was committed stays: `telamon migrate status` says how far that is, and"
        " `telamon migrate apply` goes on there"
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """One run on one target."""

    target: Target
    directory: Directory
    options: Options
    emit: Emit
    lock: str
    make: Make

    def run(self) -> None:
        """Runs what is pending, or pretends to."""
        table = locate(self.target, self.options.revisions_schema)
        rows = table.read()
        if self.options.dry_run:
            if not rows and self.options.baseline:
                rows = (self._baseline(),)
            self._pretend(self._works(rows))
        elif rows and not self._works(rows, quiet=True):
            # With nothing to do there is no need to wait for a run that has.
            self._works(rows)
        else:
            with advisory_lock(self.target.connection, self.emit, name=self.lock, timeout=self.options.lock_timeout):
                self._locked()

    def _locked(self) -> None:
        table = locate(self.target, self.options.revisions_schema)
        rows = table.read()
        if rows:
            works = self._works(rows)
            table = table.create()
        else:
            base = self._first(table)
            works = self._works(base)
            table = table.create()
            for row in base:
                self.target.connection.execute(table.upsert(row))
        if works:
            pid = self.target.connection.info.backend_pid
            with _notices(self.target, self.emit), Watch(self.target.second, pid, self.emit) as watch:
                run(Session(self.target, table, self.options, self.emit, watch), works)

    def _first(self, table: RevisionTable) -> tuple[Revision, ...]:
        """The rows that a target without history begins with: that of the baseline, or none if it is empty."""
        if self.options.baseline:
            return (self._baseline(),)
        found = "" if self.options.allow_dirty else dirt(self.target, table)
        if found:
            raise CheckError(
                f"connected database is not clean: {found}. baseline version or allow-dirty is required",
                why="It has no history of migrations, yet it is not empty: running all files could fail or do harm.",
                do="If it has the files up to version V already, give --baseline V. If what it has does not matter to\n"
                "the migrations, give --allow-dirty.",
            )
        return ()

    def _baseline(self) -> Revision:
        file = baseline_file(self.directory.executable(), self.options.baseline or "")
        return Revision(file.version, file.description, BASELINE, 0, 0, datetime.now(UTC))

    def _works(self, rows: Sequence[Revision], *, quiet: bool = False) -> list[Work]:
        """The files to run, each made ready.

        Args:
            rows: the revisions.
            quiet: tell nobody.
        """
        options, files = self.options, self.directory.executable()
        found = pending(in_context(files, options.contexts, rows), rows, options.exec_order)
        refuse_unordered(found, options.exec_order)
        wanted = cut(found.files, amount=options.amount, to_version=options.to_version, known=files)
        by_version = {row.version: row for row in rows}
        works = [
            self.make(file, self.directory.entry_hash(file), options.tx_mode, by_version.get(file.version))
            for file in wanted
        ]
        if not quiet:
            if found.ahead:
                self.emit(Note(f"the target is at version {found.ahead}, which is newer than this directory"))
            if changed := edited(self.directory, rows):
                self.emit(Note(f"{changed}; {ADVICE}"))
            current = rows[-1].version if rows else ""
            self.emit(RunStarted(current, wanted[-1].version if wanted else current, wanted))
        return works

    def _pretend(self, works: Sequence[Work]) -> None:
        for work in works:
            file, skipped = work.file, work.revision.applied
            self.emit(FileStarted(file.name, file.version, file.description, len(work.statements), skipped))
            for index, statement in enumerate(work.left, skipped):
                self.emit(StatementDone(file.version, index, statement.text))
            self.emit(FileDone(file.version, 0.0))


@contextlib.contextmanager
def _notices(target: Target, emit: Emit) -> Iterator[None]:
    """Passes on what the server says beside its results."""

    def tell(diagnostic: Diagnostic) -> None:
        emit(Note(f"{diagnostic.severity}: {diagnostic.message_primary}"))

    target.connection.add_notice_handler(tell)
    try:
        yield
    finally:
        target.connection.remove_notice_handler(tell)
