"""Recording on a target that it is at a version, where nothing is to be run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from telamon.apply.events import ignore
from telamon.apply.lock import advisory_lock
from telamon.apply.pending import in_context
from telamon.apply.revisions import EXECUTED, RESOLVED, Revision, locate
from telamon.apply.target import connect
from telamon.directory import Directory, MigrationFile
from telamon.errors import TelamonError, UsageError, interruptible


@dataclass(frozen=True, slots=True)
class Marked:
    """What was recorded.

    Args:
        current: the version that the target is at now, "" for none.
        added: versions that count as applied now.
        resolved: versions whose unfinished run counts as done now.
        removed: versions that do not count as applied any more.
    """

    current: str
    added: tuple[str, ...]
    resolved: tuple[str, ...]
    removed: tuple[str, ...]


def mark(
    url: str,
    directory: Directory,
    version: str | None = None,
    *,
    revisions_schema: str | None = None,
    role: str | None = None,
    wait: float = 0.0,
    lock_timeout: float = 10.0,
    contexts: tuple[str, ...] = (),
) -> Marked:
    """Sets the history of a target to a version: what is up to it counts as applied, what is after it does not.

    The rows are those that Atlas's `migrate set` leaves: type 4 for what was set by hand, 6 for what was begun and is
    taken for done.

    Args:
        version: the last file of the directory if None; that needs a history, so that it is never made by mistake.
        wait: seconds to wait for a target that is not up yet.
        lock_timeout: seconds to wait for another run.
        contexts: the target's; files that are left to others do not count as applied, unless VERSION names one.

    Raises:
        UsageError: no file has the version, or there is no history and none is given.
        CheckError: the directory is not as sealed.
        LockError: another run holds the lock.
        TelamonError: the target cannot be used.
    """
    directory.check()
    wanted = directory.executable(version)
    try:
        with (
            interruptible(lambda: "the history is as before or all set: `telamon migrate status` says which"),
            connect(url, role=role, wait=wait) as target,
            advisory_lock(target.connection, ignore, timeout=lock_timeout),
        ):
            table = locate(target, revisions_schema)
            rows = table.read()
            if version is None and not rows:
                raise UsageError(
                    "the target has no history yet: which version is it at?",
                    do="Give it: telamon migrate set VERSION. For a new database: telamon migrate apply.",
                )
            added, resolved, removed = _changes(directory, wanted, rows, contexts)
            with target.connection.transaction():
                table = table.create()
                for row in (*added, *resolved):
                    target.connection.execute(table.upsert(row))
                gone = sql.SQL("DELETE FROM {} WHERE version = ANY({})").format(table.name, sql.Literal(removed))
                target.connection.execute(gone)
    except psycopg.Error as error:
        raise TelamonError("the history of the target cannot be written", why=str(error).strip()) from None
    versions = tuple(tuple(row.version for row in some) for some in (added, resolved))
    return Marked(wanted[-1].version if wanted else "", versions[0], versions[1], tuple(removed))


def _changes(
    directory: Directory, wanted: Sequence[MigrationFile], rows: Sequence[Revision], contexts: Sequence[str]
) -> tuple[list[Revision], list[Revision], list[str]]:
    """The rows to add, those to take for done, and the versions to remove, so that the files wanted count as applied.

    Args:
        wanted: the files up to the version that is set.
        rows: what the target has.
        contexts: the target's.
    """
    last = wanted[-1] if wanted else None
    known = {row.version for row in rows}
    mine = in_context(wanted, contexts, rows)
    added = [
        Revision(each.version, each.description, RESOLVED, 0, 0, datetime.now(UTC), hash=directory.entry_hash(each))
        for each in wanted
        if each.version not in known and (each is last or (not each.checkpoint and each in mine))
    ]
    kept = [row for row in rows if last and row.version <= last.version]
    resolved = [replace(row, type=EXECUTED | RESOLVED) for row in kept if row.partial or row.error]
    removed = [row.version for row in rows if not last or row.version > last.version]
    return added, resolved, removed
