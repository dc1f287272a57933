"""The embedded dev server: binaries of this machine, data in the user's cache, started at the first need."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import signal
import sys
import time
from pathlib import Path
from urllib.parse import quote

from telamon.dev import binaries as installations
from telamon.dev import spare
from telamon.dev.cluster import PORT, SETTINGS, Cluster
from telamon.dev.database import Database
from telamon.dev.places import account, server_directories, server_directory
from telamon.dev.server import CACHE_PREFIX, ServerDev, template_name

LENT = "telamon_url_"  # begins the names of databases that outlive the run that made them
FORGOTTEN = 30 * 24 * 3600  # seconds after which the data of a server that nobody uses any more is deleted


class EmbeddedDev(ServerDev):
    """A server of our own. Its version and identity are known without starting it.

    The directory is named after the identity, so another version, another set of extensions or other settings never
    meet old data.

    Args:
        major: the preferred major version; the newest one found otherwise.
    """

    def __init__(self, major: int | None = None) -> None:
        owner = account()
        self.binaries = installations.reachable(installations.find(major), owner)
        settings = json.dumps(SETTINGS, sort_keys=True)
        digest = hashlib.sha256(f"{sys.platform}\0{settings}\0{self.binaries.extensions_digest()}".encode()).hexdigest()
        name = f"pg{self.binaries.version}-{digest[:10]}"
        self.cluster = Cluster(server_directory(owner) / name, self.binaries.folder, self.binaries.major, owner)
        super().__init__(
            conninfo=conninfo_of(self.cluster.socket_directory, "postgres"),
            version_num=self.binaries.version_num,
            description=f"the embedded PostgreSQL {self.binaries.version} ({self.binaries.folder})",
            identity=f"embedded {name}",
        )
        self._latest = ""  # the template that was kept or copied last

    def create_lent(self, name: str) -> None:
        """Makes an empty database that outlives this run, and pins the server."""
        self._start()
        self.cluster.pinned.touch()  # before the database, so that no other run takes it for a leftover
        self.create_named(name)

    def keep(self, database: Database, key: str) -> None:
        super().keep(database, key)
        self._latest = template_name(key)

    def close(self) -> None:
        ordered = False
        try:
            self.drop_all()
            if self._connection and self._latest:
                ordered = spare.order(self._connection, self._latest, self.cluster.data)
        finally:
            try:
                super().close()
            finally:
                self.cluster.leave(signal.SIGTERM if ordered else signal.SIGINT)

    def _ready_made(self, name: str, template: str) -> bool:
        if not template.startswith(CACHE_PREFIX):
            return False
        self._latest = template
        return spare.take(self._maintenance(), template, name)

    def _leftovers(self) -> list[str]:
        lent = self.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", LENT)
        return super()._leftovers() + ([] if self.cluster.pinned.exists() else [name for (name,) in lent])

    def _start(self) -> None:
        fresh = not self.cluster.directory.exists()
        self.cluster.enter()
        self.cluster.remember()
        if fresh:
            _forget(self.cluster.directory.parent)


def clusters() -> list[Cluster]:
    """Every embedded server of this user that has a directory, running or not."""
    owner = account()
    return [
        Cluster(note.parent, Path(note.read_text()), int(note.parent.name[2:4]), owner)
        for root in server_directories(owner)
        for note in sorted(root.glob("pg*/binaries"))
    ]


def _forget(root: Path) -> None:
    """Deletes the data of servers, such as those of earlier versions, that nobody has used for a month."""
    for cluster in clusters():
        if cluster.directory.parent == root and time.time() - cluster.last_used() > FORGOTTEN:
            with cluster.gate():
                if not cluster.in_use() and not cluster.running():
                    shutil.rmtree(cluster.directory)


def conninfo_of(socket_directory: Path, database: str) -> str:
    """How to connect to an embedded server.

    Everything that the environment could otherwise bend is given: PGHOSTADDR, PGOPTIONS and the like.
    """
    host = str(socket_directory).replace("\\", "\\\\").replace("'", "\\'")
    return f"host='{host}' hostaddr='' port={PORT} user=postgres dbname={database} options='' sslmode=disable"


def lend(major: int | None = None) -> str:
    """Starts the server, pins it, and returns the URL of a new empty database that stays until `telamon dev stop`."""
    name = LENT + secrets.token_hex(4)
    dev = EmbeddedDev(major)
    try:
        dev.create_lent(name)
    finally:
        dev.close()
    return f"postgresql://postgres@/{name}?host={quote(str(dev.cluster.socket_directory), safe='')}&port={PORT}"


def stop(cluster: Cluster, *, purge: bool) -> bool:
    """Stops a server and, with `purge`, deletes its directory; lent databases end with it.

    A server in use is only unpinned, so that the last run stops it, and False is returned.
    """
    with cluster.gate():
        cluster.pinned.unlink(missing_ok=True)
        if cluster.in_use():
            return False
        cluster.stop()
        if purge:
            shutil.rmtree(cluster.directory)
            if cluster.socket_directory.is_dir():
                shutil.rmtree(cluster.socket_directory)
    return True
