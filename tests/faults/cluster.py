"""A server that may be crashed: what it has acknowledged it must find again."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from telamon.dev.binaries import Binaries, reachable
from telamon.dev.places import account
from tests.server import binaries

_SETTINGS = {
    "listen_addresses": "''",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "16MB",
    "max_connections": "300",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


class Cluster:
    """A running server of our own, durable, in memory where there is memory."""

    def __init__(self) -> None:
        self._folder = reachable(Binaries(binaries(), 0), account()).folder
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.root = Path(tempfile.mkdtemp(prefix="tlf", dir=memory))
        who = account()
        self._as: dict[str, Any] = {"user": who.uid, "group": who.gid, "extra_groups": ()} if who.drop else {}
        if who.drop:
            os.chown(self.root, who.uid, who.gid)
        self.root.chmod(0o711)
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with (self.root / "data" / "postgresql.conf").open("a") as config:
            config.writelines(f"{name} = {value}\n" for name, value in _SETTINGS.items())
            config.write(f"unix_socket_directories = '{self.root}'\n")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        # Not captured: a server that is left running would keep the pipe open.
        command = [str(self._folder / program), "-D", str(self.root / "data"), *arguments]
        subprocess.run(
            command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, **self._as
        )

    def start(self, *, wait: bool = True) -> None:
        """Starts it; without `wait` it may not be up yet on return."""
        self._run("pg_ctl", "start", "-w" if wait else "-W", "-l", str(self.root / "log"))

    def crash(self) -> None:
        """Stops it without a checkpoint, as a power failure of its machine would."""
        self._run("pg_ctl", "stop", "-m", "immediate")

    def close(self) -> None:
        """Stops it for good."""
        self.crash()
        shutil.rmtree(self.root, ignore_errors=True)

    def url(self, database: str, host: Path | None = None) -> str:
        """The URL of a database, of a proxy before it with `host`."""
        return f"postgresql://postgres@/{database}?host={quote(str(host or self.root), safe='')}"

    def connect(self, database: str, **named: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """Opens a connection that commits each statement."""
        return psycopg.connect(self.url(database), autocommit=True, **named)

    def create(self, database: str) -> None:
        """Makes an empty database in the place of an older one."""
        with self.connect("postgres") as connection:
            for text in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {} TEMPLATE template0"):
                connection.execute(sql.SQL(text).format(sql.Identifier(database)))

    def quiet(self, database: str, seconds: float = 20.0) -> None:
        """Waits until no session is left in a database: the server may still be at work for one that is gone."""
        deadline = time.monotonic() + seconds
        query = "select count(*) from pg_stat_activity where datname = %s"
        with self.connect("postgres") as connection:
            while connection.execute(query, [database]).fetchone() != (0,):
                assert time.monotonic() < deadline, "a session of the interrupted run lives on"
                time.sleep(0.005)
