"""Databases on a server where they may be created and dropped: the embedded one, or a given one with CREATEDB.

A run holds a session advisory lock whose number is part of its databases' names. A database without its lock was left
by a killed run, on whatever machine that ran, and the next run drops it.
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from telamon.dev.database import Database, Dev, TemplateMissingError
from telamon.dev.errors import explain
from telamon.errors import TelamonError

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

    Connection = psycopg.Connection[tuple[Any, ...]]

RUN_LOCKS = 1952804205  # first half of the advisory lock of every run: "telm"
EVICTION_LOCK = 0  # second half of the one held while old templates are dropped; runs have 1 and above
PREFIX, CACHE_PREFIX = "telamon_dev_", "telamon_cache_"
SPARE_PREFIX = "telamon_spare_"  # of copies made ahead (`spare.py`): as long as the one of templates
MOST_TEMPLATES = 16
MOST_BYTES = 4 << 30  # of all templates of a server

LEFTOVERS = """
SELECT datname FROM pg_database
WHERE datname ~ '^telamon_dev_[0-9a-f]{8}_'
  AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
                  AND objid = ('x' || substr(datname, 13, 8))::bit(32)::int::oid)
"""
# A template and its spare are one: what follows the prefix is the same.
OUTDATED = """
SELECT unnest(names) FROM (
    SELECT names, row_number() OVER newest AS place, sum(bytes) OVER newest AS bytes FROM (
        SELECT array_agg(datname) AS names, min(oid::bigint) AS made, sum(pg_database_size(oid)) AS bytes
        FROM pg_database WHERE datname ~ '^telamon_(cache|spare)_' GROUP BY substr(datname, 15)
    ) AS templates WINDOW newest AS (ORDER BY made DESC)
) AS ordered WHERE place > %s OR (place > 1 AND bytes > %s)
"""
# Workers of the server itself, which have no user, give way to CREATE, ALTER and DROP DATABASE by themselves.
CONNECTED = "SELECT FROM pg_stat_activity WHERE datname = %s AND usename IS NOT NULL"
TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_roles AS me ON rolname = current_user
WHERE datname = %s AND usename IS NOT NULL AND (usename = current_user OR rolsuper)
"""
OBSTACLES = """
SELECT 'subscription', subname::text FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE datname = %s
UNION ALL SELECT 'transaction', gid FROM pg_prepared_xacts WHERE database = %s
"""
NOT_COPIED = """
SELECT d.datacl IS NOT NULL
    OR EXISTS (SELECT FROM pg_subscription WHERE subdbid = d.oid)
    OR EXISTS (SELECT FROM pg_prepared_xacts WHERE database = datname)
    OR EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = d.oid)
    OR EXISTS (SELECT FROM pg_shdescription WHERE objoid = d.oid AND classoid = 'pg_database'::regclass)
    OR EXISTS (SELECT FROM pg_shseclabel WHERE objoid = d.oid AND classoid = 'pg_database'::regclass)
FROM pg_database AS d WHERE datname = %s
"""


def template_name(key: str) -> str:
    """The name of the database that is the cached template `key`."""
    return CACHE_PREFIX + hashlib.sha256(key.encode()).hexdigest()[:32]


def spare_of(template: str) -> str:
    """The name of the spare copy of the template with this name."""
    return SPARE_PREFIX + template.removeprefix(CACHE_PREFIX)


class ServerDev(Dev):
    """A dev server on which databases are made with CREATE DATABASE.

    Args:
        conninfo: connects to the server's maintenance database, which is never altered.
        version_num, description, identity: as in `Dev`.
    """

    many = True

    def __init__(self, conninfo: str, version_num: int, description: str, identity: str) -> None:
        self.conninfo = conninfo
        self.version_num, self.description, self.identity = version_num, description, identity
        self._run = secrets.randbelow(2**31 - 1) + 1
        self._live: dict[str, Database] = {}
        self._numbers = itertools.count(1)  # shared by the threads of a run
        self._connection: Connection | None = None
        self._making = threading.RLock()
        self._preparing: threading.Thread | None = None
        self._prepared: list[Database] = []
        self._dropper = ThreadPoolExecutor(1)
        self._drops: list[Future[None]] = []

    def create(self, template: str | None = None) -> Database:
        if self._preparing and template is None:
            self._preparing.join()
            with suppress(IndexError):
                return self._prepared.pop()
        return self._make(template)

    def _make(self, template: str | None = None) -> Database:
        name = f"{PREFIX}{self._run:08x}_{next(self._numbers)}"
        self._create(name, template_name(template) if template is not None else "template0")
        database = Database(name, self._conninfo_of(name), self)
        self._live[name] = database
        return database

    def prepare(self) -> None:
        """Begins to start the server, and to make an empty database for each of the two states of a comparison, so
        that they may be there when they are needed; what goes wrong is told then.
        """
        self._preparing = threading.Thread(target=self._prepare)
        self._preparing.start()

    def _prepare(self) -> None:
        with suppress(TelamonError):
            for _ in range(2):
                database = self._make()
                database.connect_ahead(2)  # one that executes, one that reads
                self._prepared.append(database)

    def has(self, key: str) -> bool:
        found = self.execute("SELECT FROM pg_database WHERE datname = %s AND NOT datallowconn", template_name(key))
        return bool(found)

    def keep(self, database: Database, key: str) -> None:
        database.close()
        [[lossy]] = self.execute(NOT_COPIED, database.name)
        if lossy or self.has(key):
            database.drop()
            return
        self.alter("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", database.name)
        self._evacuate(database.name)
        import psycopg

        try:
            self._send("ALTER DATABASE {} RENAME TO {}", database.name, template_name(key))
        except psycopg.errors.DuplicateDatabase:
            database.drop()  # another run kept the same meanwhile
            return
        except psycopg.Error as error:
            raise explain(error, "A template could not be kept on the dev server", self.description) from error
        self._live.pop(database.name, None)
        database.release()
        self._evict()

    def drop(self, database: Database, *, wait: bool = True) -> None:
        """Drops a database of this run; those that use it are cut off."""
        self._live.pop(database.name, None)
        dropped = self._dropper.submit(self.drop_named, database.name)
        if wait:
            dropped.result()
        else:
            self._drops.append(dropped)

    def drop_all(self) -> None:
        """Drops what this run made, and waits for that."""
        if self._preparing:
            self._preparing.join()
        for database in list(self._live.values()):
            database.drop(wait=False)
        while self._drops:
            self._drops.pop().result()

    def close(self) -> None:
        try:
            self.drop_all()
        finally:
            if self._connection:
                self._connection.close()
                self._connection = None

    def create_named(self, name: str) -> None:
        """Makes an empty database that outlives this run."""
        self._create(name, "template0")

    def drop_named(self, name: str) -> None:
        """Drops a database, first in it what would forbid that: subscriptions and prepared transactions."""
        self._evacuate(name)
        if self.execute(OBSTACLES, name, name):
            self._clear(name)
        self.alter("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Runs one of our own statements on the maintenance database and returns its rows."""
        import psycopg

        try:
            return self._maintenance().execute(cast("Any", statement), parameters).fetchall()
        except psycopg.Error as error:
            raise explain(error, "The dev server refused a statement", self.description) from error

    def alter(self, statement: str, *names: str) -> None:
        """Runs one of our own statements without a result, in which `{}` stand for quoted names."""
        import psycopg

        try:
            self._send(statement, *names)
        except psycopg.Error as error:
            raise explain(error, "The dev server refused a statement", self.description) from error

    def _send(self, statement: str, *names: str) -> None:
        self._maintenance().execute(quoted(statement, *names))

    def _create(self, name: str, template: str) -> None:
        import psycopg

        self._maintenance()
        try:
            if not self._ready_made(name, template):
                self._send(copying(self.version_num), name, template)
        except psycopg.errors.InvalidCatalogName as error:
            raise TemplateMissingError(
                "A cached template is gone from the dev server",
                where=self.description,
                why="Another run needed its place.",
                do="Run the command again.",
            ) from error
        except psycopg.Error as error:
            raise explain(error, "A database could not be created on the dev server", self.description) from error

    def _ready_made(self, name: str, template: str) -> bool:
        """Whether there was a copy of the template that could be given this name."""
        return False

    def _maintenance(self) -> Connection:
        """The connection that holds this run's lock, made at the first need; then leftovers of killed runs go."""
        with self._making:
            if self._connection is None:
                self._start()
                self._connection = connect(self.conninfo, self.description)
                self.execute("SELECT pg_advisory_lock(%s, %s)", RUN_LOCKS, self._run)
                self.alter("SET synchronous_commit = on")  # what is kept should be there after a crash of the server
                for name in self._leftovers():
                    self.drop_named(name)
            return self._connection

    def _start(self) -> None:
        """Makes sure that the server runs."""

    def _leftovers(self) -> list[str]:
        """Databases that nobody uses or will use again."""
        return [name for (name,) in self.execute(LEFTOVERS, RUN_LOCKS)]

    def _conninfo_of(self, name: str) -> str:
        from psycopg.conninfo import make_conninfo

        return make_conninfo(self.conninfo, dbname=name)

    def _evacuate(self, name: str) -> None:
        """Waits until nobody is connected: finding somebody, the server itself would sleep a tenth of a second."""
        self.execute(TERMINATE, name)
        deadline = time.monotonic() + 5
        while self.execute(CONNECTED, name) and time.monotonic() < deadline:
            time.sleep(0.002)

    def _evict(self) -> None:
        [[alone]] = self.execute("SELECT pg_try_advisory_lock(%s, %s)", RUN_LOCKS, EVICTION_LOCK)
        if not alone:
            return
        try:
            for (name,) in self.execute(OUTDATED, MOST_TEMPLATES, MOST_BYTES):
                self.drop_named(name)
        finally:
            self.execute("SELECT pg_advisory_unlock(%s, %s)", RUN_LOCKS, EVICTION_LOCK)

    def _clear(self, name: str) -> None:
        import psycopg
        from psycopg import sql

        with connect(self._conninfo_of(name), self.description) as connection:
            try:
                for kind, obstacle in connection.execute(OBSTACLES, [name, name]).fetchall():
                    if kind == "transaction":
                        connection.execute(sql.SQL("ROLLBACK PREPARED {}").format(obstacle))
                        continue
                    connection.execute(quoted("ALTER SUBSCRIPTION {} DISABLE", obstacle))
                    connection.execute(quoted("ALTER SUBSCRIPTION {} SET (slot_name = NONE)", obstacle))
                    connection.execute(quoted("DROP SUBSCRIPTION {}", obstacle))
            except psycopg.Error as error:
                raise explain(error, "A database could not be dropped on the dev server", self.description) from error


def connect(conninfo: str, description: str) -> Connection:
    """A connection in autocommit.

    Raises:
        TelamonError: unreachable, wrong password, not PostgreSQL; with the advice for it.
    """
    import psycopg

    try:
        return psycopg.connect(conninfo, autocommit=True)
    except psycopg.Error as error:
        raise explain(error, "The dev server cannot be reached", description) from error


def copying(version_num: int) -> str:
    """The statement that makes a database of a template, with `{}` for both names; options may follow.

    Copying files skips the log: five times faster on a template of 1,000 tables. Before 15 there is no other way.
    """
    return "CREATE DATABASE {} TEMPLATE {}" + (" STRATEGY FILE_COPY" if version_num >= 150000 else "")


def quoted(statement: str, *names: str) -> sql.Composed:
    """One of our own statements, in which `{}` stand for names."""
    from psycopg import sql

    return sql.SQL(cast("Any", statement)).format(*map(sql.Identifier, names))
