"""A dev database that goes through the versions of a directory: for tests of migrations, and of what runs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telamon.errors import UsageError

if TYPE_CHECKING:
    from types import TracebackType

    import psycopg

    from telamon.dev import Database, Dev
    from telamon.directory import Directory, MigrationFile

EMPTY, NEWEST = "empty", "newest"
"""What may stand for a version: the database before the first migration, and after the last one."""


def resolved(directory: Directory, version: str) -> str | None:
    """The version that a name stands for; None for the empty database.

    Raises:
        UsageError: no migration has that version.
    """
    if version == NEWEST:
        files = directory.executable()
        return files[-1].version if files else None
    if version == EMPTY:
        return None
    return directory.executable(version)[-1].version


class Stepper:
    """One dev database at one version. A context manager: the database is dropped on exit.

    Args:
        directory: whose migrations are run.
        dev: where.
        at: the version to begin with, `empty` or `newest`; it is copied from the replay cache where that has it.

    Raises:
        UsageError: no migration has that version.
        CheckError: the directory does not replay.
    """

    def __init__(self, directory: Directory, dev: Dev, at: str = NEWEST) -> None:
        self.directory, self.dev = directory, dev
        self.version = resolved(directory, at)
        self.database = self._made()

    def to(self, version: str) -> None:
        """Runs the migrations after the present version, up to and including another.

        Raises:
            UsageError: no migration has that version, or it lies behind.
            CheckError: a migration fails; the database stands before it.
        """
        from telamon.replay import run_files

        for file in self.ahead(version):
            run_files((file,), self.database, self.dev)
            self.version = file.version

    def ahead(self, version: str) -> tuple[MigrationFile, ...]:
        """The migrations between the present version and another.

        Raises:
            UsageError: no migration has that version, or it lies behind.
        """
        wanted = resolved(self.directory, version)
        if self.version is None:
            return self.directory.for_empty_database(wanted) if wanted is not None else ()
        done = {file.name for file in self.directory.executable(self.version)}
        if wanted is None or self.directory.executable(wanted)[-1].version not in self._from_here():
            raise UsageError(
                f"The database is at {self.version} already, and migrations run forward only",
                where=f"to {version}",
                do="Begin another test at the earlier version.",
            )
        return tuple(file for file in self.directory.without_checkpoints(wanted) if file.name not in done)

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection to the database, in autocommit; closed with it."""
        return self.database.connect()

    @property
    def url(self) -> str:
        """The database as a URL that libpq and drivers built on it take."""
        return url_of(self.database)

    def drop(self) -> None:
        """Drops the database, whoever is connected."""
        self.database.drop()

    def __enter__(self) -> Stepper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()

    def _made(self) -> Database:
        from telamon.replay import replay

        return self.dev.create() if self.version is None else replay(self.directory, self.dev, self.version)

    def _from_here(self) -> set[str]:
        versions = [file.version for file in self.directory.executable()]
        return set(versions[versions.index(self.version) :]) if self.version in versions else set()


def url_of(database: Database) -> str:
    """A database of a dev server as a URL, its socket included."""
    from urllib.parse import quote, urlencode

    from psycopg.conninfo import conninfo_to_dict

    given = {key: str(value) for key, value in conninfo_to_dict(database.conninfo).items() if value not in (None, "")}
    user, name = quote(given.pop("user", ""), safe=""), quote(given.pop("dbname", database.name), safe="")
    password = given.pop("password", None)
    secret = f":{quote(password, safe='')}" if password else ""
    given.pop("hostaddr", None)
    return f"postgresql://{user}{secret}@/{name}?{urlencode(given, quote_via=quote)}"
