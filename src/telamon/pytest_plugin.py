"""Fixtures for pytest: databases at a version of the migration directory, copied from the replay cache.

    def test_orders(telamon_url):                       # at the newest version
        engine = sqlalchemy.create_engine(telamon_url.replace("postgresql://", "postgresql+psycopg://"))

    def test_names_are_split(telamon_migrator):         # from version to version
        telamon_migrator.to("20260101000000")
        telamon_migrator.execute("INSERT INTO users (name) VALUES ('Ada Lovelace')")
        telamon_migrator.to("newest")
        assert telamon_migrator.execute("SELECT first_name FROM users") == [("Ada",)]

The configuration is the project's telamon.toml; `telamon_config`, `telamon_env`, `telamon_dir` and `telamon_dev` in the
ini file of pytest go before it. Nothing is imported or started before a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import psycopg

    from telamon.dev import Database, Dev
    from telamon.directory import Directory
    from telamon.project import Env
    from telamon.stepping import Stepper

_OPTIONS = {
    "telamon_config": "The configuration of Telamon, relative to the root; telamon.toml is found by itself.",
    "telamon_env": "The environment of the configuration.",
    "telamon_dir": "The migration directory, relative to the root.",
    "telamon_dev": "The dev server: embedded, postgres://... or docker://...",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the options of the ini file."""
    for name, text in _OPTIONS.items():
        parser.addini(name, text, default="")


class Migrator:
    """A database that a test takes from version to version; made at the first one that is asked for.

    Args:
        directory: whose migrations are run.
        dev: where.
    """

    def __init__(self, directory: Directory, dev: Dev) -> None:
        self._directory, self._dev = directory, dev
        self._stepper: Stepper | None = None

    @property
    def versions(self) -> list[str]:
        """All versions of the directory, in order."""
        return [file.version for file in self._directory.executable()]

    @property
    def version(self) -> str | None:
        """The version at which the database is; None before the first."""
        return self._stepper.version if self._stepper else None

    @property
    def url(self) -> str:
        """The database as a URL."""
        return self._begun().url

    def to(self, version: str) -> None:
        """Brings the database to a version: the first time by a copy of the replay cache's, then by running migrations.

        Args:
            version: or `newest`, or at first `empty`.

        Raises:
            UsageError: no migration has that version, or it lies behind.
            CheckError: a migration fails; the database stands before it.
        """
        if self._stepper is None:
            self._stepper = self._begun(version)
        else:
            self._stepper.to(version)

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection, in autocommit; closed with the database."""
        return self._begun().connect()

    def execute(self, query: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Runs one statement over a connection of its own, and returns its rows, if it has any."""
        with self.connect() as connection:
            cursor = connection.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def drop(self) -> None:
        """Drops the database, if there is one."""
        if self._stepper:
            self._stepper.drop()
            self._stepper = None

    def _begun(self, version: str = "empty") -> Stepper:
        if self._stepper is None:
            from telamon.stepping import Stepper

            self._stepper = Stepper(self._directory, self._dev, version)
        return self._stepper


@pytest.fixture(scope="session")
def telamon_project(pytestconfig: pytest.Config) -> Env:
    """The environment of the configuration in which these tests work."""
    from telamon.project import load_project

    config = pytestconfig.getini("telamon_config")
    if not config and (pytestconfig.rootpath / "telamon.toml").exists():
        config = "telamon.toml"
    file = str(pytestconfig.rootpath / config) if config else None
    return load_project(file, pytestconfig.getini("telamon_env") or None)


@pytest.fixture(scope="session")
def telamon_directory(pytestconfig: pytest.Config, telamon_project: Env) -> Directory:
    """The migration directory, checked."""
    from telamon.directory import Directory

    given = pytestconfig.getini("telamon_dir")
    path = str(pytestconfig.rootpath / given) if given else telamon_project.dir
    directory = Directory.read(path or str(pytestconfig.rootpath / "migrations"))
    directory.check()
    return directory


@pytest.fixture(scope="session")
def telamon_dev(pytestconfig: pytest.Config, telamon_project: Env) -> Iterator[Dev]:
    """The dev server; started at the first database, let go of at the end of the session."""
    from telamon.dev import open_dev

    with open_dev(telamon_project.dev_server(pytestconfig.getini("telamon_dev"))) as dev:
        yield dev


@pytest.fixture
def telamon_database(telamon_directory: Directory, telamon_dev: Dev) -> Iterator[Database]:
    """A database at the newest version, of this test's own, dropped after it. `connect()` gives a connection."""
    from telamon.replay import replay

    with replay(telamon_directory, telamon_dev) as database:
        yield database


@pytest.fixture
def telamon_url(telamon_database: Database) -> str:
    """The URL of a database at the newest version."""
    from telamon.stepping import url_of

    return url_of(telamon_database)


@pytest.fixture
def telamon_migrator(telamon_directory: Directory, telamon_dev: Dev) -> Iterator[Migrator]:
    """A database to take from version to version."""
    migrator = Migrator(telamon_directory, telamon_dev)
    try:
        yield migrator
    finally:
        migrator.drop()
