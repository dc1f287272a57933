"""What happens during a run, as it happens: the one stream that the terminal, the JSON report and the tests read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telamon.directory import MigrationFile


@dataclass(frozen=True, slots=True)
class Blocker:
    """A session that holds what we wait for.

    Args:
        pid: of its server process.
        user: who it is, "" if unknown.
        application: its application_name.
        state: such as `active` or `idle in transaction`.
        query: what it runs or ran last; "" where the server does not tell us.
        seconds: how long its transaction (or, without one, its session) has been open.
    """

    pid: int
    user: str
    application: str
    state: str
    query: str
    seconds: float

    def __str__(self) -> str:
        application = f" ({self.application})" if self.application else ""
        query = " ".join(self.query.split())
        shown = f": {query[:100]}" if query else ""
        since = f"{self.state or 'busy'} for {self.seconds:.0f}s"
        return f"pid {self.pid}, user {self.user or 'unknown'}{application}, {since}{shown}"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins.

    Args:
        current: the version the target is at, "" for none.
        target: the version it is brought to.
        files: to be run; () if nothing is pending.
    """

    current: str
    target: str
    files: tuple[MigrationFile, ...]


@dataclass(frozen=True, slots=True)
class FileStarted:
    """A file begins, at statement number `skipped` counted from 0."""

    name: str
    version: str
    description: str
    total: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Asserted:
    """A check of the file was made and passed."""

    version: str
    sql: str


@dataclass(frozen=True, slots=True)
class StatementDone:
    """A statement was executed (or, in a dry run, would be).

    Args:
        seconds: how long it took; None where it was sent together with others.
    """

    version: str
    index: int
    sql: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A statement has been running for a while; `blockers` are those it waits for. Comes from another thread."""

    sql: str
    seconds: float
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class LockWait:
    """Another run holds the lock of the target."""

    holders: tuple[Blocker, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Retrying:
    """A table lock was not obtained in time; everything since `version` began is undone and tried again.

    Args:
        version: the first file that begins anew.
        attempt: the one that failed, counted from 1.
        pause: seconds until the next.
        blockers: the sessions last seen in the way.
    """

    version: str
    attempt: int
    pause: float
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something the person should know: a warning of the server, an index that was left behind."""

    text: str


@dataclass(frozen=True, slots=True)
class FileDone:
    """A file is complete."""

    version: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A statement failed.

    Args:
        version: of the file.
        index: of the statement, counted from 0; -1 where it was none of the file's (the commit).
        sql: the statement.
        error: the server's words.
        undone: the file left nothing behind.
    """

    version: str
    index: int
    sql: str
    error: str
    undone: bool


Event = RunStarted | FileStarted | Asserted | StatementDone | Running | LockWait | Retrying | Note | FileDone | Failed
Emit = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Takes an event and does nothing with it."""
