"""The lock that lets one run at a time work on a target: Atlas's, so that both tools exclude each other."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from telamon.apply.events import Emit, LockWait
from telamon.apply.target import Connection
from telamon.apply.watch import holders
from telamon.errors import LockError

EXECUTE = "atlas_migrate_execute"
_TELL_EVERY = 2.0  # seconds


def lock_id(name: str) -> int:
    """The advisory lock of a name: FNV-1 (multiply, then xor), 32 bit, as in Atlas."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = value * 0x01000193 & 0xFFFFFFFF ^ byte
    return value


@contextmanager
def advisory_lock(connection: Connection, emit: Emit, *, name: str = EXECUTE, timeout: float = 10.0) -> Iterator[None]:
    """Holds the advisory lock of a name.

    The lock is tried again and again instead of waited for: a session that waits in the server keeps a snapshot, and
    a `CREATE INDEX CONCURRENTLY` of the holder would wait for that snapshot, forever.

    Args:
        connection: the session that holds it; in autocommit mode.
        emit: is told who holds it while we wait.
        name: Atlas's name of the lock.
        timeout: seconds to try.

    Raises:
        LockError: another session held it all the time.
    """
    key = lock_id(name)
    begun = time.monotonic()
    told = -_TELL_EVERY
    pause = 0.025
    while connection.execute("select pg_try_advisory_lock(%s)", [key]).fetchone() != (True,):
        waited = time.monotonic() - begun
        found = holders(connection, key) if waited - told >= _TELL_EVERY or waited >= timeout else ()
        if waited >= timeout:
            raise LockError(
                f"another run holds the lock of this target; waited {waited:.1f}s",
                where="\n".join(map(str, found)),
                why=f"Advisory lock {key} ({name}) lets one run at a time apply migrations.",
                do="Wait for it, give a longer --lock-timeout, or end that session with pg_terminate_backend(pid).",
            )
        if found:
            told = waited
            emit(LockWait(found, waited))
        time.sleep(min(random.uniform(0.5, 1.0) * pause, max(0.0, timeout - waited)))
        pause = min(pause * 2, 1.0)
    try:
        yield
    finally:
        if not connection.closed:  # a lost session holds no lock
            connection.execute("select pg_advisory_unlock(%s)", [key])
