"""A dev server of its own for each database, since roles belong to a whole server: `alone`, `alone/16`.

Each is a copy of the data of a server that was shut down: an empty one, or one that was kept. So nothing that an
earlier run, another project or another state of the same project did to roles is there.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import shutil
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from telamon.dev.cluster import Cluster, boot
from telamon.dev.database import Database, Dev, TemplateMissingError
from telamon.dev.embedded import FORGOTTEN, EmbeddedDev, conninfo_of
from telamon.dev.places import account, server_directories, server_directory

FOLDER = "alone-"  # begins the names of the folders of such servers, one folder a version
KEPT = "kept"
EMPTY = "empty"
"""The key of the server from which all begin."""
DATABASE = "telamon"
SMALL = ("--wal-segsize=1",)
"""What makes the data that is copied each time half as large."""
MOST_KEPT = 6  # of 40 MB and more each


class AloneDev(Dev):
    """Embedded servers, one for each dev database.

    Args:
        major: the preferred major version; the newest one found otherwise.
    """

    many = True

    def __init__(self, major: int | None = None) -> None:
        embedded = EmbeddedDev(major)
        self.binaries, self._model = embedded.binaries, embedded.cluster
        self.folder = server_directory(self._model.owner) / f"{FOLDER}{self._model.directory.name}"
        self.version_num, self.description = embedded.version_num, embedded.description
        self.identity = f"alone {embedded.identity}"
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)  # shared by the threads of a run
        self._live: dict[str, tuple[Database, Cluster]] = {}
        self._making = threading.Lock()
        self._ready = False

    def create(self, template: str | None = None) -> Database:
        with self._making:
            if not self._ready:
                self._prepare()
                self._ready = True
        origin = self._kept(EMPTY if template is None else template)
        if not origin.exists():
            raise TemplateMissingError(
                "A kept state is gone from the dev server",
                where=self.description,
                why="Another run needed its place.",
                do="Run the command again.",
            )
        return self._start(origin, DATABASE)

    def has(self, key: str) -> bool:
        return self._kept(key).exists()

    def keep(self, database: Database, key: str) -> None:
        database.close()
        database.release()
        _, cluster = self._live.pop(database.name)
        try:
            cluster.hand_over(self._kept(key))
        except OSError:
            if not self.has(key):
                raise
            # Another run kept the same meanwhile.
        _remove(cluster)
        self._evict()

    def drop(self, database: Database, *, wait: bool = True) -> None:
        """Stops the database's server and deletes it."""
        _, cluster = self._live.pop(database.name)
        cluster.leave(signal.SIGQUIT)
        _remove(cluster)

    def close(self) -> None:
        for database, _ in list(self._live.values()):
            database.drop()

    def _kept(self, key: str) -> Path:
        # Without fsync, what a crash of the whole machine left behind cannot be trusted.
        return self.folder / KEPT / hashlib.sha256(f"{boot()}\0{key}".encode()).hexdigest()[:32]

    def _prepare(self) -> None:
        """Takes away what killed runs left, and makes the server from which all begin."""
        if not self.folder.exists():
            _forget(self.folder.parent)
        for folder in (self.folder, self.folder / KEPT):
            folder.mkdir(mode=0o711, exist_ok=True)
        sweep(self.folder, self._model)
        if not self.has(EMPTY):
            database = self._start(None, "postgres")
            database.connect().execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0".encode())
            self.keep(database, EMPTY)

    def _start(self, origin: Path | None, database: str) -> Database:
        name = f"{self._run}-{next(self._numbers)}"
        model = self._model
        cluster = Cluster(self.folder / name, model.binaries, model.major, model.owner, origin, SMALL)
        cluster.enter()
        made = Database(name, conninfo_of(cluster.socket_directory, database), self)
        self._live[name] = (made, cluster)
        return made

    def _evict(self) -> None:
        empty = self._kept(EMPTY)
        with os.scandir(self.folder / KEPT) as entries, suppress(FileNotFoundError):  # another run may be at it, too
            kept = sorted((each.stat().st_mtime, each.path) for each in entries if each.path != str(empty))
            for _, old in kept[:-MOST_KEPT]:
                shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path, model: Cluster) -> list[str]:
    """Stops and deletes the servers that no run uses any more; returns the folders of the others.

    Args:
        model: says whose they are.
    """
    clusters = [
        Cluster(each, model.binaries, model.major, model.owner)
        for each in folder.iterdir()
        if each.is_dir() and each.name != KEPT
    ]
    return [str(cluster.directory) for cluster in clusters if not _remove(cluster)]


def stop_all(*, purge: bool) -> tuple[list[str], list[str]]:
    """Stops and deletes all servers of this sort that no run uses and, with `purge`, what is kept of them.

    Returns:
        (what was deleted, what is in use), as folders.
    """
    deleted: list[str] = []
    used: list[str] = []
    owner = account()
    for folder in (each for root in server_directories(owner) for each in sorted(root.glob(f"{FOLDER}*"))):
        busy = sweep(folder, Cluster(folder, folder, 0, owner))
        used += busy
        if purge and not busy:
            shutil.rmtree(folder)
            deleted.append(str(folder))
    return deleted, used


def _remove(cluster: Cluster) -> bool:
    """Stops and deletes a server, unless it is used."""
    with cluster.gate():
        if cluster.in_use():
            return False
        cluster.stop()
        for folder in {cluster.directory, cluster.socket_directory}:
            if folder.exists():
                shutil.rmtree(folder)
        cluster.directory.with_name(f"{cluster.directory.name}.gate").unlink(missing_ok=True)
    return True


def _forget(root: Path) -> None:
    """Deletes what is kept for versions that nobody has used for a month."""
    for folder in root.glob(f"{FOLDER}*"):
        if time.time() - folder.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(folder, ignore_errors=True)
