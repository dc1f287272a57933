"""Who is in the way: sessions seen from a second connection while a statement runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg

from telamon.apply.events import Blocker, Emit, Note, Running
from telamon.apply.target import Connection

_COLUMNS = """
select a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(a.state, a.backend_type, ''),
       coalesce(a.query, ''),
       coalesce(extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.backend_start)), 0)
from pg_stat_activity a
"""
_BLOCKERS = _COLUMNS + "where a.pid = any(pg_blocking_pids(%s)) order by a.xact_start nulls last, a.pid"
_HOLDERS = (
    _COLUMNS
    + """join pg_locks l on l.pid = a.pid
where l.locktype = 'advisory' and l.granted and l.objsubid = 1
  and l.database = (select oid from pg_database where datname = current_database())
  and (l.classid::bigint << 32 | l.objid::bigint) = %s order by a.pid"""
)
_LOOK_AFTER = 0.4  # seconds a statement may run before anybody looks
_LOOK_EVERY = 0.5


def blockers(connection: Connection, pid: int) -> tuple[Blocker, ...]:
    """The sessions that the server process `pid` waits for."""
    return _read(connection, _BLOCKERS, pid)


def holders(connection: Connection, key: int) -> tuple[Blocker, ...]:
    """The sessions that hold the advisory lock `key` in this database."""
    return _read(connection, _HOLDERS, key)


def _read(connection: Connection, query: str, value: int) -> tuple[Blocker, ...]:
    rows: Sequence[tuple[object, ...]] = connection.execute(query, [value]).fetchall()
    return tuple(
        Blocker(int(str(pid)), str(user), str(application), str(state), str(text), float(str(seconds)))
        for pid, user, application, state, text, seconds in rows
    )


class Watch:
    """Looks, from a second connection, at what a running statement waits for.

    Best effort: where no second connection is to be had, the run goes on unwatched and says so once.

    Args:
        connect: opens the second connection; called only when a statement runs for long.
        pid: the server process to look at.
        emit: takes `Running` and `Note`, from another thread.
    """

    def __init__(self, connect: Callable[[], Connection], pid: int, emit: Emit) -> None:
        self._connect, self._pid, self._emit = connect, pid, emit
        self._since: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telamon-watch", daemon=True)
        self.seen: tuple[Blocker, ...] = ()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Says that the session is at work in this block."""
        self.seen = ()
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._since = None

    def _run(self) -> None:
        connection: Connection | None = None
        try:
            while not self._stop.wait(_LOOK_EVERY if connection else _LOOK_AFTER / 2):
                since = self._since
                if since is None or time.monotonic() - since < _LOOK_AFTER:
                    continue
                connection = connection or self._connect()
                self._look(connection, since)
        except psycopg.Error as error:
            self._emit(Note(f"no second connection to see who is in the way: {str(error).strip()}"))
        finally:
            if connection:
                connection.close()

    def _look(self, connection: Connection, since: float) -> None:
        row = connection.execute("select query from pg_stat_activity where pid = %s", [self._pid]).fetchone()
        found = blockers(connection, self._pid)
        if self._since == since:  # else the statement ended while we looked
            self.seen = found or self.seen
            self._emit(Running(str(row[0]) if row else "", time.monotonic() - since, found))
