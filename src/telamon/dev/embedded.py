"""The embedded dev server: binaries of this machine, data in the user's cache, started at the first need."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from pathlib import Path

from telamon.dev import binaries as installations
from telamon.dev.cluster import PORT, SETTINGS, Cluster
from telamon.dev.places import account, server_directories, server_directory
from telamon.dev.server import ServerDev

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
            conninfo=_conninfo(self.cluster.socket_directory),
            version_num=self.binaries.version_num,
            description=f"the embedded PostgreSQL {self.binaries.version} ({self.binaries.folder})",
            identity=f"embedded {name}",
        )

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.cluster.leave()

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


def _conninfo(socket_directory: Path) -> str:
    """Everything that the environment could otherwise bend is given: PGHOSTADDR, PGOPTIONS and the like."""
    host = str(socket_directory).replace("\\", "\\\\").replace("'", "\\'")
    return f"host='{host}' hostaddr='' port={PORT} user=postgres dbname=postgres options='' sslmode=disable"
