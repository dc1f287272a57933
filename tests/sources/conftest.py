"""Servers for these tests: the embedded one and, where it is installed, an older one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from telamon.dev import Dev, open_dev
from telamon.dev.embedded import clusters, stop
from telamon.engine import Engine, open_engine
from telamon.generate import EVERYTHING


@pytest.fixture(scope="session")
def cache() -> Iterator[None]:
    """A cache of this test run's own, and so servers of its own: roles are dropped there without asking."""
    folder = Path(tempfile.mkdtemp(prefix="tlc"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELAMON_CACHE", str(folder))
        yield
        for cluster in clusters():
            if cluster.directory.is_relative_to(folder):  # others' servers are found, too
                stop(cluster, purge=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def engine(cache: None) -> Iterator[Engine]:
    """An engine on the embedded server of these tests' own."""
    with open_engine("embedded", EVERYTHING) as engine:
        yield engine


@pytest.fixture(scope="session", params=[18, 15])
def dev(request: pytest.FixtureRequest, cache: None) -> Iterator[Dev]:
    """A dev server of a major version."""
    with open_dev(major=request.param) as dev:
        if dev.version_num // 10000 != request.param:
            pytest.skip(f"PostgreSQL {request.param} is not on this machine")
        yield dev


@pytest.fixture
def connection(dev: Dev) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a fresh, empty database; it and the roles made meanwhile are dropped afterwards."""
    with dev.create() as database, database.connect() as connection:
        yield connection
        database.drop()  # now: its objects hold the roles
    with dev.create() as database, database.connect() as connection:
        query = "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user"
        for (role,) in connection.execute(query).fetchall():
            connection.execute(f"DROP ROLE {role}".encode())
