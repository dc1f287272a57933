"""Where the embedded server may live and as whom it runs. Imports nothing heavy: also used to find saved catalogs."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from telamon.errors import TelamonError

SHARED_MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 4 << 30  # bytes free before data is put into memory: four copies of a schema of 10,000 tables
STILL_ENOUGH_MEMORY = 1 << 30  # bytes free while data is there already
UNPRIVILEGED = ("postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account that runs the server; `drop` when it is not the account of this process."""

    uid: int
    gid: int
    drop: bool

    @property
    def user(self) -> int | None:
        """The user to hand to `subprocess`; None stays as we are."""
        return self.uid if self.drop else None

    @property
    def group(self) -> int | None:
        """The group to hand to `subprocess`."""
        return self.gid if self.drop else None

    @property
    def groups(self) -> list[int] | None:
        """The further groups to hand to `subprocess`."""
        return [] if self.drop else None

    def can_reach(self, path: Path) -> bool:
        """Whether every directory on the way to `path` may be entered by this account, as far as mode bits tell."""
        if not self.drop:
            return True
        return all(self._may_enter(directory) for directory in path.resolve().parents)

    def _may_enter(self, directory: Path) -> bool:
        if not directory.exists():
            return True  # will be made by us, open enough
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        return bool(status.st_mode & (stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH))


def account() -> Account:
    """The account to run the server as: one's own, or as root an unprivileged one, since PostgreSQL refuses root.

    Raises:
        TelamonError: this is root and there is no account to change to.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), drop=False)
    import pwd

    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, drop=True)
    raise TelamonError(
        "The embedded PostgreSQL cannot run as root",
        why=f"None of the accounts {', '.join(UNPRIVILEGED)} exists to run it as.",
        do="Run as an ordinary user, or use a server of your own: --dev-url postgres://...",
    )


def cache_directory() -> Path:
    """The directory for what Telamon keeps between runs: `TELAMON_CACHE`, else the user's cache, made if needed.

    A home that cannot be written gives way to a private directory under the temporary one.

    Raises:
        TelamonError: none of them can be written.
    """
    return _first_usable(_user_caches(), None)


def server_directory(owner: Account) -> Path:
    """The directory for embedded servers, which `owner` must be able to enter.

    Memory is preferred where it is safe: on a busy disk copying a template of 1,000 tables took 1.2 s instead of
    0.07 s, on a quiet one 0.17 s instead of 0.12 s. What is there is lost at reboot and simply made again.

    Raises:
        TelamonError: no place can be written.
    """
    return _first_usable(_server_places(owner), owner)


def server_directories(owner: Account) -> list[Path]:
    """Every directory in which an embedded server may have been made, in this run or, with other room, before.

    Where `TELAMON_CACHE` says which, it is the one of this run alone.

    Raises:
        TelamonError: as `server_directory` does, where that is asked.
    """
    if os.environ.get("TELAMON_CACHE"):
        return [server_directory(owner)]
    places = dict.fromkeys([_private(SHARED_MEMORY), *_server_places(owner), _private(Path(tempfile.gettempdir()))])
    return [place for place in places if place.is_dir() and private_directory(place, owner)]


def private_directory(path: Path, owner: Account | None = None) -> bool:
    """Makes `path` for this user alone, and tells whether it is really ours: no link, no other owner, writable.

    Where the server runs under another account, that account may pass through, and no one may look.
    """
    mode = 0o711 if owner is not None and owner.drop else 0o700
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=mode, exist_ok=True)
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            return False
        if status.st_mode & mode != mode:
            path.chmod(mode)
        with tempfile.TemporaryFile(dir=path):
            return True
    except OSError:
        return False  # not a failure yet: the next place is tried, and the last one failing is reported


def _server_places(owner: Account) -> list[Path]:
    memory = [] if os.environ.get("TELAMON_CACHE") or not _memory_is_safe(owner) else [_private(SHARED_MEMORY)]
    system = [Path("/var/cache/telamon")] if owner.drop else []
    return [*memory, *_user_caches(), *system]


def _private(parent: Path) -> Path:
    return parent / f"telamon-{os.geteuid()}"


def _user_caches() -> Iterator[Path]:
    if explicit := os.environ.get("TELAMON_CACHE"):
        yield Path(explicit).absolute()
        return
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        yield Path(xdg).absolute() / "telamon"
    home = Path(os.path.expanduser("~"))
    if home.is_absolute():
        yield home / ".cache" / "telamon"


def _first_usable(candidates: Iterable[Path], owner: Account | None) -> Path:
    tried = []
    for path in [*candidates, _private(Path(tempfile.gettempdir()))]:
        if (owner is None or owner.can_reach(path)) and private_directory(path, owner):
            return path
        tried.append(str(path))
    raise TelamonError(
        "There is no directory in which Telamon could keep its cache",
        why="Tried, and not writable, not entered by the server's account or not ours alone:\n" + "\n".join(tried),
        do="Name a directory of your own in TELAMON_CACHE.",
    )


def _memory_is_safe(owner: Account) -> bool:
    """Whether shared memory is roomy and stays: systemd empties it when an ordinary user logs out (RemoveIPC)."""
    if os.path.isdir("/run/systemd/system") and owner.uid >= 1000:
        return False
    try:
        room = os.statvfs(SHARED_MEMORY)
        memory = {
            line.split(":")[0]: int(line.split()[1]) << 10 for line in Path("/proc/meminfo").read_text().splitlines()
        }
        limit = Path("/sys/fs/cgroup/memory.max")
        capped = limit.exists() and limit.read_text().strip() != "max"
    except OSError:
        return False  # no such memory on this system
    free = min(room.f_bavail * room.f_frsize, memory.get("MemAvailable", 0))
    needed = STILL_ENOUGH_MEMORY if _private(SHARED_MEMORY).is_dir() else ENOUGH_MEMORY
    return SHARED_MEMORY.is_mount() and free >= needed and not capped
