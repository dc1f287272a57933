"""Changing a migration directory so that a kill at any moment leaves it as it was, or complete.

What is to be written is first put, whole and synced, into a folder beside the migrations, with a name that nobody
takes for a migration. Renaming that folder decides: before it nothing has happened, after it the change is made by
moving files, and a run that is killed meanwhile is finished by the next reader (`recover`). The sum file comes last.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping, Sequence

from telamon.directory.sumfile import CHANGE, DRAFT, SUM_FILE
from telamon.errors import TelamonError

_NEW, _OLD, _LIST = "new", "old", "list"
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


def commit(path: str, sums: bytes, written: Mapping[str, bytes], removed: Sequence[str] = ()) -> None:
    """Writes migrations and the sum file, and removes migrations: all or nothing. The caller holds the lock.

    Args:
        path: the directory.
        sums: the content of the sum file.
        written: content by name, of new files and of those that are replaced.
        removed: names.

    Raises:
        TelamonError: it could not be done; the directory is as before.
    """
    draft, change = f"{path}/{DRAFT}", f"{path}/{CHANGE}"
    try:
        _clear(draft)
        os.mkdir(draft)
        os.mkdir(f"{draft}/{_NEW}")
        os.mkdir(f"{draft}/{_OLD}")
        for name, content in written.items():
            _write(f"{draft}/{_NEW}/{name}", content)
        _write(
            f"{draft}/{_LIST}",
            "\n".join([*(f"+{name}" for name in written), *(f"-{name}" for name in removed)]).encode(),
        )
        _write(f"{draft}/{SUM_FILE}", sums)
        _sync(draft)
        os.replace(draft, change)
    except OSError as error:
        with contextlib.suppress(OSError):  # a draft that cannot be removed here is no change; the next reader tries
            _clear(draft)
        raise _explain(path, error) from None
    try:
        _carry_out(path)
    except OSError as error:
        try:
            _take_back(path)
        except OSError:
            do = "It is decided and safe on the disk: once the directory can be written, any command finishes it."
            raise TelamonError(
                "the migration directory could be changed only in part", where=path, why=str(error), do=do
            ) from None
        raise _explain(path, error) from None


def recover(path: str) -> None:
    """Finishes or undoes what a killed writer left. The caller holds the lock."""
    try:
        if os.path.exists(f"{path}/{CHANGE}"):
            _carry_out(path)
        _clear(f"{path}/{DRAFT}")
    except OSError as error:
        if error.errno not in _READ_ONLY:
            raise _explain(path, error) from None
        # who may only read sees the directory as it is: `verify` judges it


def _carry_out(path: str) -> None:
    """Makes a decided change; may be called again wherever it was interrupted."""
    change = f"{path}/{CHANGE}"
    if os.path.exists(f"{change}/{SUM_FILE}"):
        waiting = set(os.listdir(f"{change}/{_NEW}"))
        for sign, name in _listed(change):
            if sign == "+" and name not in waiting:
                continue  # in place since the run that was interrupted
            if os.path.exists(f"{path}/{name}"):
                os.replace(f"{path}/{name}", f"{change}/{_OLD}/{name}")
            if sign == "+":
                os.replace(f"{change}/{_NEW}/{name}", f"{path}/{name}")
        os.replace(f"{change}/{SUM_FILE}", f"{path}/{SUM_FILE}")
        _sync(path)
    _clear(change)


def _take_back(path: str) -> None:
    """Undoes what `_carry_out` did before it moved the sum file. A kill meanwhile leaves the change to be made."""
    change = f"{path}/{CHANGE}"
    os.stat(f"{change}/{SUM_FILE}")  # once it is moved the change is made
    waiting = set(os.listdir(f"{change}/{_NEW}"))
    for sign, name in _listed(change):
        if sign == "+" and name not in waiting:
            os.replace(f"{path}/{name}", f"{change}/{_NEW}/{name}")
    for name in os.listdir(f"{change}/{_OLD}"):
        os.replace(f"{change}/{_OLD}/{name}", f"{path}/{name}")
    os.replace(change, f"{path}/{DRAFT}")
    _clear(f"{path}/{DRAFT}")


def _listed(change: str) -> list[tuple[str, str]]:
    """(`+` or `-`, name) of each file that a change writes or removes."""
    with open(f"{change}/{_LIST}", encoding="utf-8") as file:
        return [(line[0], line[1:]) for line in file.read().split("\n") if line]


def _clear(folder: str) -> None:
    """Deletes a draft or a change that is done, if it is there."""
    if not os.path.exists(folder):
        return
    for inner in (f"{folder}/{_NEW}", f"{folder}/{_OLD}"):
        if os.path.exists(inner):
            for name in os.listdir(inner):
                os.unlink(f"{inner}/{name}")
            os.rmdir(inner)
    for name in os.listdir(folder):
        os.unlink(f"{folder}/{name}")
    os.rmdir(folder)


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
