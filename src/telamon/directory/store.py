"""Changing a migration directory so that a kill at any moment leaves it as it was, or complete.

A new migration means two files: the migration and the sum file. Both are written and synced under temporary names that
nobody takes for migrations. Then the migration is renamed into place, then the sum file. A kill before the first rename
changes nothing. A kill between the two leaves the finished sum file under its temporary name: it fits the directory
exactly, and the next reader renames it (`recover`). A temporary sum file that does not fit is what a kill before the
first rename left, and is removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from telamon.directory.sumfile import PENDING_SUM, SUM_FILE
from telamon.errors import TelamonError

_PENDING_FILE = ".telamon.sql.tmp"
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """Keeps other writers of this tool out of a directory; the lock ends with the process, however that ends."""
    if os.name == "nt":
        yield
        return
    import fcntl

    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def commit(path: str, sums: bytes, name: str | None = None, content: bytes = b"") -> None:
    """Writes the sum file and, with `name`, a new migration file. The caller holds the lock.

    Raises:
        TelamonError: it could not be written; the directory is as before.
    """
    new_file, new_sum = f"{path}/{_PENDING_FILE}", f"{path}/{PENDING_SUM}"
    placed = False
    try:
        _write(new_sum, sums)
        if name is not None:
            _write(new_file, content)
            os.replace(new_file, f"{path}/{name}")
            placed = True
        os.replace(new_sum, f"{path}/{SUM_FILE}")
    except OSError as error:
        for leftover in (new_file, new_sum, *([f"{path}/{name}"] if placed and name is not None else [])):
            with contextlib.suppress(OSError):  # what cannot be removed here is recognised by the next reader
                os.unlink(leftover)
        raise _explain(path, error) from None
    _sync(path)


def recover(path: str, expected: bytes) -> None:
    """Finishes or undoes what a killed writer left. The caller holds the lock.

    Args:
        path: the directory.
        expected: the sum file that the files in it call for.
    """
    pending = f"{path}/{PENDING_SUM}"
    try:
        with open(pending, "rb") as file:
            complete = file.read() == expected
        if complete:
            os.replace(pending, f"{path}/{SUM_FILE}")
        else:
            os.unlink(pending)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}/{_PENDING_FILE}")
        _sync(path)
    except FileNotFoundError:
        return  # another reader has been quicker
    except OSError as error:
        if error.errno not in _READ_ONLY:
            raise _explain(path, error) from None
        # who may only read sees the directory as it is: `verify` judges it


def _write(path: str, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


def _sync(path: str) -> None:
    """Makes renames survive a power cut, where the system can sync a directory: they are complete without it."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def _explain(path: str, error: OSError) -> TelamonError:
    hints = {
        errno.ENOSPC: "Free some space and run the command again.",
        errno.EDQUOT: "Free some space and run the command again.",
        errno.EROFS: "The file system is mounted read-only.",
    }
    return TelamonError(
        "the migration directory cannot be written; it is as before",
        where=path,
        why=error.strerror or str(error),
        do=hints.get(error.errno or 0, "Check who owns the directory and who may write to it."),
    )
