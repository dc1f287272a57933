"""Targets: connecting to a database that matters, and refusing those on which a migration would go wrong."""

from __future__ import annotations

import contextlib
import logging
import random
import select
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import conninfo, sql

from telamon.errors import TelamonError, UsageError, mask

# Without a handler the driver's warnings (an aborted pipeline) would be printed beside our own error.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

OLDEST = 14
APPLICATION = "telamon"
Connection = psycopg.Connection[tuple[object, ...]]
Query = sql.SQL | sql.Composed

# What the words of libpq and of the server mean, looked through in order; the words themselves are always shown too.
_REASONS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("password authentication failed", "no password supplied", "authentication failed"),
        "the target refuses the password",
        "Check the user and the password in the URL.",
    ),
    (
        ("invalid response", "expected authentication request", "unexpected response", "lost synchronization"),
        "what answers there is not PostgreSQL",
        "Check host and port: PostgreSQL usually listens on 5432.",
    ),
    (
        ("closed the connection unexpectedly",),
        "something answers there and hangs up: not PostgreSQL, or a server that is restarting",
        "Check host and port, and the server's log.",
    ),
    (("no pg_hba.conf entry",), "the target does not let this user in from here", "Add a line to its pg_hba.conf."),
    (
        ("starting up", "shutting down", "in recovery mode", "not yet accepting connections"),
        "the target is not ready",
        "Wait until it is up, or give --wait-for-database 30s.",
    ),
    (("no space left on device",), "the disk of the target is full", "Make room there, then run the command again."),
    (("too many clients", "connection slots"), "the target has no free connection", "Raise max_connections, or wait."),
    (("database", "does not exist"), "the database does not exist", "Check the name in the URL, or create it."),
    (("role", "does not exist"), "the user does not exist", "Check the user in the URL."),
    (("fatal:",), "the target refuses the session", "See the server's words above, and its log."),
)  # fmt: skip
_UNREACHABLE = ("the target cannot be reached", "Check host and port, or give --wait-for-database 30s.")
_WORTH_WAITING = (
    "the target cannot be reached",
    "the target is not ready",
    "the target has no free connection",
    # Docker's proxy does so as long as the server in the container is not up.
    "something answers there and hangs up: not PostgreSQL, or a server that is restarting",
)


@dataclass(frozen=True, slots=True)
class Address:
    """A database URL, taken apart.

    Args:
        conninfo: what libpq takes (the password is in it: never print it).
        schema: the one schema the URL is bound to by `search_path`, None for the whole database.
        search_path: the schemas of `search_path`, () where there is none.
    """

    conninfo: str
    search_path: tuple[str, ...] = ()

    @property
    def schema(self) -> str | None:
        """The schema the URL is bound to (Atlas's rule), None for the whole database."""
        return self.search_path[0] if self.search_path else None

    @property
    def parameters(self) -> Mapping[str, object]:
        """The connection parameters by name."""
        return conninfo.conninfo_to_dict(self.conninfo)


@dataclass(frozen=True, slots=True)
class Target:
    """A connection that has passed every check, in autocommit mode.

    Args:
        connection: the session that holds the lock and runs the migrations.
        address: where it leads.
        role: the role set before any statement, None for the user of the URL.
        version: the server's `server_version_num`.
        session: settings that every file begins with, by name.
    """

    connection: Connection
    address: Address
    role: str | None
    version: int
    session: Mapping[str, str]

    @property
    def schema(self) -> str | None:
        """The schema the target is bound to, None for the whole database."""
        return self.address.schema

    def identity(self) -> tuple[Query, ...]:
        """The statements that make the session act as the user or role it began with."""
        return (sql.SQL("SET SESSION AUTHORIZATION DEFAULT"), sql.SQL("SET ROLE {}").format(self._role_name))

    def local_role(self) -> Query:
        """The statement that does so for the rest of a transaction, whatever role a file has set."""
        return sql.SQL("SET LOCAL ROLE {}").format(self._role_name)

    @property
    def _role_name(self) -> sql.Composable:
        return sql.Identifier(self.role) if self.role else sql.SQL("NONE")

    def settings(self) -> tuple[Query, ...]:
        """The statements that give the session the settings it began with, whatever a file has set."""
        calls = (sql.SQL("set_config({}, {}, false)").format(name, value) for name, value in self.session.items())
        return (sql.SQL("RESET ALL"), sql.SQL("SELECT {}").format(sql.SQL(", ").join(calls)))

    def second(self) -> Connection:
        """Another connection to the same database, for looking on.

        Raises:
            psycopg.OperationalError: there is none to be had.
        """
        return _open(self.address)


def parse(url: str) -> Address:
    """Takes a database URL (or a libpq connection string) apart.

    `search_path` in the query of a URL binds it to one schema, as in Atlas; libpq does not know that parameter.

    Raises:
        UsageError: it is not a PostgreSQL URL, or has a parameter that libpq does not know.
    """
    path: list[str] = []
    scheme, mark, _ = url.partition("://")
    if mark:
        if scheme not in ("postgres", "postgresql"):
            raise UsageError(
                "the target is not a PostgreSQL URL", where=url, do="Write it as postgres://user@host:5432/database."
            )
        head, _, query = url.partition("?")
        kept = []
        for part in filter(None, query.split("&")):
            name, _, value = part.partition("=")
            if name == "search_path":
                path += [
                    word.strip().strip('"') for word in urllib.parse.unquote_plus(value).split(",") if word.strip()
                ]
            else:
                kept.append(part)
        url = f"{head}?{'&'.join(kept)}" if kept else head
    try:
        conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise UsageError("the target's URL cannot be read", where=url, why=str(error).strip()) from None
    return Address(url, tuple(path))


@contextlib.contextmanager
def connect(
    url: str,
    *,
    role: str | None = None,
    wait: float = 0.0,
    statement_timeout: float = 0.0,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Target]:
    """Connects to a target after checking everything that would make a migration fail half way.

    Args:
        url: postgres://...; `?search_path=` binds it to one schema.
        role: the role to act as.
        wait: seconds to wait for a target that cannot be reached yet.
        statement_timeout: seconds that a statement may run, 0 for no limit.
        tell: is told what is waited for.

    Raises:
        UsageError: the URL is wrong.
        TelamonError: the target cannot be reached, refuses, is not PostgreSQL, is too old, read-only, a standby, or
            behind a pooler that does not keep sessions.
    """
    address = parse(url)
    connection = _connect(address, wait, tell)
    try:
        version = _check(connection, address)
        session = {
            "application_name": APPLICATION,
            "client_encoding": "UTF8",
            "statement_timeout": f"{round(statement_timeout * 1000)}ms",
            # A frozen client must not keep the locks of a half-done transaction.
            "idle_in_transaction_session_timeout": "60s",
            "idle_session_timeout": "0",
            "lock_timeout": "0",  # each transaction has its own; building an index concurrently may wait
            "standard_conforming_strings": "on",
        }
        if address.search_path:
            names = sql.SQL(", ").join(sql.Identifier(name) for name in address.search_path)
            session["search_path"] = names.as_string(connection)
        target = Target(connection, address, role, version, session)
        _become(target)
        yield target
    finally:
        connection.close()


def _open(address: Address) -> Connection:
    # A statement may be silent for hours: without probes a firewall forgets the connection, and nobody notices.
    alive = {"keepalives_idle": 60, "keepalives_interval": 15, "keepalives_count": 4}
    defaults = {"application_name": APPLICATION, "connect_timeout": 10, **alive}
    given = address.parameters
    extra = {name: value for name, value in defaults.items() if name not in given}
    return psycopg.connect(address.conninfo, autocommit=True, prepare_threshold=None, **extra)  # type: ignore[arg-type]


def _connect(address: Address, wait: float, tell: Callable[[str], None]) -> Connection:
    deadline = time.monotonic() + wait
    told = ""
    while True:
        try:
            return _open(address)
        except psycopg.OperationalError as error:
            what, do = _explain(str(error))
            left = deadline - time.monotonic()
            if what not in _WORTH_WAITING or left <= 0:
                waited = f" (waited {wait:g}s)" if wait and left <= 0 else ""
                raise TelamonError(what + waited, where=_place(address), why=str(error).strip(), do=do) from None
            if what != told:
                told = what
                tell(f"{what} ({_place(address)}): waiting for it for up to {max(1, round(left))}s")
        time.sleep(min(random.uniform(0.2, 0.5), max(0.0, deadline - time.monotonic())))


def _explain(message: str) -> tuple[str, str]:
    lower = message.lower()
    for words, what, do in _REASONS:
        # What does not exist needs both of its words, in one message; the others any of them.
        if all(word in lower for word in words) if "does not exist" in words else any(word in lower for word in words):
            return what, do
    return _UNREACHABLE


def _place(address: Address) -> str:
    shown = {name: address.parameters.get(name) for name in ("host", "port", "dbname", "user")}
    return mask(" ".join(f"{name}={value}" for name, value in shown.items() if value))


_FACTS = """
select current_setting('server_version_num')::int, version(), pg_is_in_recovery(),
       current_setting('default_transaction_read_only') = 'on', pg_backend_pid()
"""


def _check(connection: Connection, address: Address) -> int:
    """Refuses a target that cannot be migrated; returns the server's version."""
    place = _place(address)
    try:
        row = connection.execute(_FACTS).fetchone()
    except psycopg.Error as error:
        raise TelamonError("what answers there is not PostgreSQL", where=place, why=str(error).strip()) from None
    assert row is not None
    version, banner, standby, read_only, pid = int(str(row[0])), str(row[1]), row[2], row[3], int(str(row[4]))
    if not banner.startswith("PostgreSQL"):
        raise TelamonError("what answers there is not PostgreSQL", where=place, why=banner)
    if version < OLDEST * 10000:
        raise TelamonError(
            f"the target is too old: PostgreSQL {version // 10000}",
            where=place,
            do=f"PostgreSQL {OLDEST} and later are supported.",
        )
    if standby:
        raise TelamonError(
            "the target is a standby: it can only be read", where=place, do="Give the URL of the primary server."
        )
    if read_only:
        raise TelamonError(
            "the target is read-only",
            where=place,
            why="default_transaction_read_only is on for this user, database or server.",
            do="Switch it off, or add ?options=-c%20default_transaction_read_only%3Doff to the URL.",
        )
    if pid != connection.info.backend_pid:
        _check_pooler(connection, address, pid)
    return version


def _check_pooler(connection: Connection, address: Address, pid: int) -> None:
    """Refuses a pooler that hands a server session to several clients.

    Somebody stands between us and the server if the backend's own pid is not the one told at connection time. They keep
    sessions only if our pid never changes and a second client never gets it while we are here.
    """
    mine: set[int | None] = {pid}
    theirs: set[int | None] = set()
    other = _open(address)
    try:
        for asked in (other, other, connection, other, connection):
            # An exhausted pool lets the second client wait: if it is one of sessions, ours answers all the same.
            if asked is connection or None not in theirs:
                (mine if asked is connection else theirs).add(_backend_pid(asked))
    finally:
        other.close()
    if mine != {pid} or pid in theirs:
        raise TelamonError(
            "a connection pooler in transaction or statement mode stands before the target",
            where=_place(address),
            why="It hands one session to several server processes (such as PgBouncer with pool_mode=transaction): the\n"
            "lock that keeps two runs apart, SET and CREATE INDEX CONCURRENTLY do not work through it.",
            do="Give the URL of the server itself, or of a pool with pool_mode=session.",
        )


def _backend_pid(connection: Connection, patience: float = 2.0) -> int | None:
    """The pid of the server process that answers, None if none does within `patience` seconds."""
    raw = connection.pgconn
    raw.send_query(b"select pg_backend_pid()")
    deadline = time.monotonic() + patience
    while raw.is_busy():
        if not select.select([raw.socket], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return None
        raw.consume_input()
    found = None
    while result := raw.get_result():
        value = result.get_value(0, 0) if result.ntuples else None
        found = int(value) if value is not None else None
    return found


def _become(target: Target) -> None:
    connection = target.connection
    try:
        for statement in (*target.settings(), *target.identity()):
            connection.execute(statement)
    except psycopg.Error as error:
        raise TelamonError(
            f'the session cannot act as role "{target.role}"' if target.role else "the session cannot be set up",
            where=_place(target.address),
            why=str(error).strip(),
            do="Grant the role to the user of the URL, or give another --role." if target.role else "",
        ) from None
    if target.schema:
        found = connection.execute("select to_regnamespace(quote_ident(%s)) is not null", [target.schema]).fetchone()
        if found != (True,):
            raise TelamonError(
                f'schema "{target.schema}" does not exist',
                where=_place(target.address),
                why="The URL is bound to it by search_path.",
                do="Create it, or leave search_path out of the URL.",
            )
