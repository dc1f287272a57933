"""A dev server given by URL."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

from telamon.dev.database import Database, Dev, TemplateMissingError
from telamon.dev.empty import clean, demand_empty
from telamon.dev.errors import explain
from telamon.dev.server import RUN_LOCKS, ServerDev, connect
from telamon.errors import LockError, TelamonError, UsageError

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

OLDEST = 140000
PATIENCE = 30.0  # seconds to wait for another run that uses the same database
WHOLE_DATABASE = 2**31 - 1  # second half of the advisory lock of a run that has the given database for itself

FACTS = """
SELECT current_setting('server_version_num')::int,
       current_database(),
       (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),
       (SELECT string_agg(concat_ws('=', name, setting), ',' ORDER BY name) FROM pg_settings
        WHERE name IN ('server_encoding', 'default_text_search_config', 'default_table_access_method',
                       'default_toast_compression', 'default_with_oids', 'xmlbinary', 'xmloption')),
       (SELECT concat_ws(',', datcollate, datctype) FROM pg_database WHERE datname = 'template0'),
       (SELECT string_agg(concat_ws('=', name, default_version), ',' ORDER BY name) FROM pg_available_extensions),
       version()
"""


def open_url(url: str) -> Dev:
    """The dev server at `url`: with CREATEDB one that makes its own databases, else the given database itself.

    Raises:
        TelamonError: unreachable, wrong password, not PostgreSQL, too old, not empty.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise UsageError("The dev URL cannot be read", where=url, why=str(error).strip()) from error
    given.setdefault("connect_timeout", 10)
    conninfo = make_conninfo("", **given)
    where = f"{given.get('host') or 'the local socket'}, database {given.get('dbname') or given.get('user') or '?'}"
    with connect(conninfo, where) as connection:
        try:
            row = connection.execute(FACTS).fetchone()
        except psycopg.Error as error:
            raise explain(error, "The dev server cannot be used", where) from error
    assert row is not None
    version_num, database, may_create, settings, locale, extensions, version = row
    if version_num < OLDEST or not version.startswith("PostgreSQL "):
        raise TelamonError(
            "The dev server cannot be used", where=where, why=f"It is {version}.", do="Use PostgreSQL 14 or newer."
        )
    digest = hashlib.sha256(f"{version}\0{settings}\0{locale}\0{extensions}".encode()).hexdigest()
    description = f"PostgreSQL {version_num // 10000}.{version_num % 10000} at {where}"
    kind = ServerDev if may_create else LentDev
    conninfo = make_conninfo(conninfo, dbname=database)
    return kind(conninfo, version_num, description, f"server {version_num} {digest[:20]}")


class LentDev(Dev):
    """A dev server on which no database may be created: the given one is used, empty before and empty after.

    One run at a time, one database at a time, and no templates.

    Args:
        conninfo: connects to the given database.
        version_num, description, identity: as in `Dev`.
    """

    def __init__(self, conninfo: str, version_num: int, description: str, identity: str) -> None:
        self.conninfo = conninfo
        self.version_num, self.description, self.identity = version_num, description, identity
        self._connection: Connection | None = None
        self._lent: Database | None = None

    def create(self, template: str | None = None) -> Database:
        if template is not None:
            raise TemplateMissingError("This dev server keeps no templates", where=self.description)
        if self._lent:
            raise TelamonError(
                "Two dev databases are needed at once, and only one was given",
                where=self.description,
                why="The user of the dev URL has no right to create databases.",
                do="ALTER ROLE ... CREATEDB on the dev server, or use the embedded one.",
            )
        connection = self._own()
        demand_empty(connection, self.description)
        self._lent = Database(connection.info.dbname, self.conninfo, self)
        return self._lent

    def has(self, key: str) -> bool:
        return False

    def keep(self, database: Database, key: str) -> None:
        database.drop()

    def drop(self, database: Database, *, wait: bool = True) -> None:
        """Empties the database."""
        self._lent = None
        clean(self._own(), self.description)

    def close(self) -> None:
        try:
            if self._lent:
                self._lent.drop()
        finally:
            if self._connection:
                self._connection.close()
                self._connection = None

    def _own(self) -> Connection:
        """The connection that holds the lock on the whole database, so that two runs do not meet in it."""
        if self._connection is None:
            connection = connect(self.conninfo, self.description)
            deadline = time.monotonic() + PATIENCE
            while connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUN_LOCKS, WHOLE_DATABASE]).fetchone() != (
                True,
            ):
                if time.monotonic() > deadline:
                    connection.close()
                    raise LockError(
                        "The dev database is in use by another run",
                        where=self.description,
                        why="Its user may not create databases, so runs take turns.",
                        do="Wait for it, ALTER ROLE ... CREATEDB, or use the embedded server.",
                    )
                time.sleep(0.1)
            self._connection = connection
        return self._connection
