"""Targets that are servers of their own, and what pg_dumpall and pg_dump say of them, which share no code with us.

The newest version here is taken; tests/matrix.py runs these tests on each.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from telamon.dev import Database, Dev, open_dev
from tests.commands import place, server
from tests.matrix import wheel

__all__ = ["place", "server"]


@dataclass(frozen=True)
class Target:
    """A server with one database.

    Args:
        database: what it is on the dev server that made it.
    """

    database: Database

    def url(self, **parameters: str) -> str:
        """The database as a URL."""
        given = {name: str(value) for name, value in conninfo_to_dict(self.database.conninfo).items()}
        return f"postgres:///?{urlencode(given | parameters)}"

    def sql(self, *statements: str, **parameters: str) -> list[Any]:
        """Runs statements; the first values of the last one's rows."""
        with psycopg.connect(make_conninfo(self.database.conninfo, **parameters), autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return [row[0] for row in cursor.fetchall()] if cursor.description else []

    def dumped(self) -> list[str]:
        """What the dumps say of roles and of the database, in a settled order."""
        roles = self._program("pg_dumpall", "--roles-only", "--no-role-passwords")
        whole = self._program("pg_dump", "--schema-only", "--create").replace(" VALID UNTIL 'infinity'", "")
        lines = [*roles.replace(" VALID UNTIL 'infinity'", "").splitlines(), *whole.splitlines()]
        noise = ("--", "\\", "SET ", "SELECT ")
        return sorted(line for line in lines if line and not line.startswith(noise))

    def _program(self, name: str, *arguments: str) -> str:
        command = [str(wheel() / name), *arguments, "-d", self.database.conninfo]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@contextmanager
def new_target() -> Iterator[Target]:
    """An empty target."""
    with open_dev("alone") as dev, dev.create() as database:
        yield Target(database)


@pytest.fixture
def target(server: Dev) -> Iterator[Target]:
    """An empty target."""
    with new_target() as made:
        yield made
