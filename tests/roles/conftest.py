"""A database with the roles that `telamon init --roles` makes, and a migration applied by the one that migrates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from telamon.dev import Database, Dev
from tests.commands import Place, Ran, place, server
from tests.scaffold.test_start import url_of
from tests.server import binaries

__all__ = ["place", "server"]

SCHEMA = """
CREATE TABLE quotes (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, body text NOT NULL, author text);
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE VIEW short AS SELECT id, body FROM quotes WHERE length(body) < 80;
CREATE SEQUENCE counter;
CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(t)';
CREATE SCHEMA hidden;
CREATE TABLE hidden.salaries (id int PRIMARY KEY, amount numeric);
"""


@dataclass(frozen=True)
class Served:
    """A target with its roles.

    Args:
        place: the folder of the project.
        database: the target.
    """

    place: Place
    database: Database

    def url(self, user: str = "migration_user") -> str:
        """The URL of a user."""
        return url_of(self.database, user=user)

    def connect(self, user: str) -> psycopg.Connection[Any]:
        """A session of a user's own, as the application has it."""
        return psycopg.connect(f"{self.database.conninfo} user={user}", autocommit=True)

    def psql(self, *arguments: str, environment: dict[str, str] | None = None) -> Ran:
        """Runs psql as an administrator."""
        return self.place.program(
            str(binaries() / "psql"), "-Xq", "-d", self.database.conninfo, *arguments, environment=environment
        )

    def doctor(self, *arguments: str) -> Ran:
        """Examines it."""
        return self.place.run("doctor", "--url", self.url(), *arguments)

    def admin(self, *statements: str) -> Sequence[tuple[Any, ...]]:
        """Runs statements as an administrator; the rows of the last."""
        with psycopg.connect(self.database.conninfo, autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def served(place: Place, server: Dev) -> Iterator[Served]:
    """Roles, then migrations, as a project would."""
    place.write("telamon.toml", 'role = "schema_admin"\n')
    place.migrations(v1_quotes=SCHEMA)
    assert place.run("init", "--roles").out == "roles.sql: written\n"
    with server.create() as database:
        served = Served(place, database)
        # Another test's schema may name them, and so have made them without login on the server that all share.
        for (name,) in served.admin("SELECT rolname FROM pg_roles WHERE rolname IN ('app_user', 'readonly')"):
            served.admin(f"ALTER ROLE {name} LOGIN")
        ran = served.psql("-f", "roles.sql", environment={"APP_PASSWORD": "s3cret", "MIGRATION_PASSWORD": "s3cret"})
        assert (ran.code, ran.out + ran.err) == (0, "")
        done = place.run("migrate", "apply", "--url", served.url())
        assert done.code == 0, done.err
        yield served
