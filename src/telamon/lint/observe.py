"""Runs migration files on a copy of the base state, as `apply` would, and looks after each statement at what it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from telamon import rows
from telamon.dev import Database, Dev, TemplateMissingError
from telamon.directory import Directory, MigrationFile
from telamon.errors import TelamonError
from telamon.lint.known import base_state
from telamon.lint.observed import STRENGTH, Lock, Observed, Written
from telamon.lint.state import FIRST, THINGS, Connection, State, again, read_state, refresh
from telamon.quote import ident
from telamon.replay import replay
from telamon.sources.failures import Failure, explain, missing_role, missing_tablespace
from telamon.sources.units import Unit, keywords
from telamon.statements import Statement
from telamon.tablespaces import supply

_WEAK = STRENGTH[:3]
"""Modes under which a relation's definition cannot change."""
_MANY = 50
_CONTROL = {(word,) for word in ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE")}
_DATA_CLASSES = ("22", "23")
"""SQLSTATE classes of data exceptions and integrity violations: the rows are to blame."""
_OF_RELATIONS = ("pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_description")
_CATALOGS = tuple(dict.fromkeys((*_OF_RELATIONS, *(table for table, _ in THINGS.values()))))

_LOCKS = """
SELECT relation::int8, mode, pg_catalog.pg_stat_get_xact_numscans(relation),
       pg_catalog.pg_stat_get_xact_tuples_inserted(relation), pg_catalog.pg_stat_get_xact_tuples_updated(relation),
       pg_catalog.pg_stat_get_xact_tuples_deleted(relation)
  FROM pg_catalog.pg_locks WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND relation >= 16384
"""
# What a transaction before this one did may still be counted: the server passes it on at its leisure.
_PENDING = """
SELECT * FROM (
  SELECT c.oid::int8, '', pg_catalog.pg_stat_get_xact_numscans(c.oid) AS scans,
         pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) AS inserted,
         pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) AS updated,
         pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS deleted
    FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm')
) AS counted WHERE scans + inserted + updated + deleted > 0
"""
_COUNTERS = """
SELECT name, pg_catalog.pg_stat_get_xact_tuples_inserted(oid) + pg_catalog.pg_stat_get_xact_tuples_updated(oid),
       pg_catalog.pg_stat_get_xact_tuples_deleted(oid)
  FROM unnest(%s::text[]) AS name, LATERAL (SELECT ('pg_catalog.' || name)::regclass::oid) AS class (oid)
"""
_SETTINGS = """
SELECT extract(epoch FROM pg_catalog.current_setting('lock_timeout')::interval)::float8 * 1000,
       extract(epoch FROM pg_catalog.current_setting('statement_timeout')::interval)::float8 * 1000,
       extract(epoch FROM pg_catalog.current_setting('idle_in_transaction_session_timeout')::interval)::float8 * 1000,
       pg_catalog.current_setting('application_name')
"""
# Nobody locks a table to give a privilege on it.
_GRANTED = """
SELECT oid::int8 FROM pg_catalog.pg_class WHERE oid >= 16384 AND relacl IS NOT NULL AND xmin::text::int8 >= %(xid)s
 UNION SELECT attrelid::int8 FROM pg_catalog.pg_attribute WHERE attacl IS NOT NULL AND xmin::text::int8 >= %(xid)s
"""
_NEXT = "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::int8"
_RECENT = " UNION ".join(
    f"SELECT {column}::int8 FROM pg_catalog.{table} WHERE {column} = ANY (%(held)s) AND xmin::text::int8 >= %(xid)s"
    for column, table in zip(
        ("oid", "attrelid", "conrelid", "indrelid", "tgrelid", "objoid"), _OF_RELATIONS, strict=True
    )
)
_SIZES = "SELECT oid, pg_catalog.pg_relation_size(oid) FROM unnest(%s::int8[]) AS swept (oid)"
_ROOM = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid >= 16384 AND c.relkind = 'r' AND c.relpersistence <> 't' AND pg_catalog.pg_relation_size(c.oid) > 0
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
"""
_FRESH = """
RESET SESSION AUTHORIZATION; RESET ALL; SET check_function_bodies = off; SET client_min_messages = notice;
"""


class FileFailed(Exception):
    """A file could not be run to its end."""

    def __init__(self, error: TelamonError) -> None:
        super().__init__(error.what)
        self.error = error


@dataclass(slots=True)
class _Seen:
    """What was counted up to the last statement of the open transaction."""

    locks: frozenset[Lock] = frozenset()
    counts: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)
    catalogs: dict[str, tuple[int, int]] = field(default_factory=dict)


class Observer:
    """Runs files one after the other on one connection, and knows what the database holds.

    Args:
        connection: in autocommit, to a database in the base state with rows in its tables.
        server: a description of it, for messages.
        key: what decides what the database holds, "" where that is not known.
    """

    def __init__(self, connection: Connection, server: str, key: str = "") -> None:
        self.connection, self.server = connection, server
        self.superuser = connection.info.parameter_status("is_superuser") == "on"
        self.state: State = base_state(connection, key) if key else read_state(connection)
        self.base: State = self.state
        self._notices: list[tuple[str, str]] = []
        self._supplied: set[tuple[str, str]] = set()  # kind and name
        self._seen = _Seen()
        self._swept: set[int] = set()
        self._xid = 0
        self._begun = self.state
        connection.add_notice_handler(self.noticed)

    def noticed(self, diag: psycopg.errors.Diagnostic) -> None:
        """Takes what the server says beside its results."""
        self._notices.append((diag.sqlstate or "", diag.message_primary or ""))

    def file(self, file: MigrationFile) -> Iterator[Observed]:
        """Runs a file as `apply` would.

        Raises:
            FileFailed: the file cannot be split, or a statement fails; what it did is undone.
        """
        try:
            statements = [each for each in file.statements() if each.copy_data is None]
            shared = file.tx_mode != "none"
        except TelamonError as error:
            raise FileFailed(error) from error
        self.connection.execute(self._fresh())
        self._fill()
        own = False  # whether the file itself has opened a transaction
        if shared:
            self._begin()
        try:
            for statement in statements:
                words = keywords(statement.text, 2)
                if words[:1] in _CONTROL or words == ("PREPARE", "TRANSACTION"):
                    own = self._control(statement, words, shared=shared, own=own)
                    yield self._nothing(statement, shared)
                elif words[:1] in (("SET",), ("RESET",)):
                    self._set(statement)
                    yield self._nothing(statement, shared or own)
                else:
                    yield self._statement(statement, together=shared or own)
            if self._open and not shared:
                raise FileFailed(_left_open(file, statements[-1]))
            if self._open:
                self._send("COMMIT", statements[-1] if statements else None)
        finally:
            if self._open:
                self.connection.execute("ROLLBACK")
                self.state = self._begun

    def _statement(self, statement: Statement, *, together: bool) -> Observed:
        if not together:
            self._begin()
        self._notices.clear()
        before = self.state
        unsafe = False
        try:
            stumbled = self._attempt(statement)
        except errors.ActiveSqlTransaction:
            self.connection.execute("ROLLBACK TO SAVEPOINT telamon")
            return self._alone(statement, misplaced=together)
        except errors.InvalidTransactionTermination as error:
            if together:
                raise self._failed(statement, error) from error
            self.connection.execute("ROLLBACK TO SAVEPOINT telamon")  # a program that commits by itself
            return self._alone(statement, misplaced=False)
        except errors.UnsafeNewEnumValueUsage:
            unsafe = True
            stumbled = self._afresh(statement)
        except psycopg.Error as error:
            raise self._failed(statement, error) from error
        seen = self._look()
        self._refresh(seen)
        self.connection.execute("RELEASE SAVEPOINT telamon")
        found = self._observed(statement, seen, before, shared=together, stumbled=stumbled, unsafe=unsafe)
        self._seen = seen
        if not together:
            self._send("COMMIT", statement)
        return found

    def _attempt(self, statement: Statement) -> str:
        """Executes a statement; where rows stand in its way, once more without them. Returns what stood there."""
        try:
            self._execute(statement)
        except psycopg.Error as error:
            if (error.sqlstate or "")[:2] not in _DATA_CLASSES:
                raise
            self.connection.execute("ROLLBACK TO SAVEPOINT telamon")
            self._empty(error.diag.schema_name, error.diag.table_name)
            self._seen = self._look()
            self._execute(statement)
            return error.diag.message_primary or str(error)
        return ""

    def _execute(self, statement: Statement) -> None:
        """Executes a statement; creates roles and tablespaces that it names and the dev server lacks. Leaves a
        savepoint."""
        if self._open:
            with self.connection.pipeline():
                self.connection.execute("SAVEPOINT telamon")
                following = self.connection.execute(_NEXT.encode())
                self._xid = int(following.fetchall()[0][0]) % 2**32
        while True:
            try:
                self.connection.execute(statement.text.encode())
                return
            except psycopg.Error as error:
                role, space = missing_role(error), missing_tablespace(error)
                missing = ("role", role) if role else ("tablespace", space or "")
                if not missing[1] or missing in self._supplied:
                    raise
                self._supplied.add(missing)
                if self._open:
                    self.connection.execute("ROLLBACK TO SAVEPOINT telamon")
                if space:
                    supply(self.connection, space)
                else:
                    self.connection.execute(f"CREATE ROLE {ident(missing[1])} NOLOGIN".encode())

    def _afresh(self, statement: Statement) -> str:
        """Executes a statement in a transaction that begins with it."""
        self.connection.execute("ROLLBACK TO SAVEPOINT telamon")
        self._send("COMMIT", statement)
        self._begin()
        try:
            return self._attempt(statement)
        except psycopg.Error as error:
            raise self._failed(statement, error) from error

    def _set(self, statement: Statement) -> None:
        """Changes a setting."""
        try:
            self._execute(statement)
        except psycopg.Error as error:
            raise self._failed(statement, error) from error
        if self._open:
            self.connection.execute("RELEASE SAVEPOINT telamon")

    def _alone(self, statement: Statement, *, misplaced: bool) -> Observed:
        """Runs a statement that cannot run in a transaction; the one that is open is committed before."""
        self._send("COMMIT", statement)
        before, stumbled = self.state, ""
        try:
            try:
                self.connection.execute(statement.text.encode())
            except psycopg.Error as error:
                if (error.sqlstate or "")[:2] not in _DATA_CLASSES:
                    raise
                stumbled = error.diag.message_primary or str(error)
                self._clear(before, error)
                self.connection.execute(statement.text.encode())
        except psycopg.Error as error:
            raise self._failed(statement, error) from error
        self.state = again(self.connection, before)
        found = self._observed(
            statement, _Seen(), before, shared=False, stumbled=stumbled, transactional=False, misplaced=misplaced
        )
        if misplaced:
            self._begin()
        return found

    def _control(self, statement: Statement, words: tuple[str, ...], *, shared: bool, own: bool) -> bool:
        """Follows a file's own transaction control; returns whether it has one open."""
        if shared:
            return False  # the transaction is ours; a rule says what comes of it
        if words[0] in ("BEGIN", "START"):
            self._begin()
            return True
        if words[0] in ("COMMIT", "END", "ROLLBACK", "ABORT") and words[1:] != ("TO",):
            if self._open:
                self._send(statement.text, statement)
                if words[0] in ("ROLLBACK", "ABORT"):
                    self.state = again(self.connection, self.state) if self._open else self._begun
            return self._open
        if self._open:
            self._send(statement.text, statement)
            if words[0] == "ROLLBACK":
                self.state = again(self.connection, self.state)
        return own

    def _clear(self, before: State, error: psycopg.Error) -> None:
        """Takes away what a statement left that failed outside of a transaction, and the rows in its way."""
        for relation in read_state(self.connection).relations.values():
            for index in relation.indexes.values():
                if not index.valid and index.oid not in before.owners:
                    self.connection.execute(f"DROP INDEX {ident(index.schema, index.name)}".encode())
        self.connection.execute("BEGIN")
        self._empty(error.diag.schema_name, error.diag.table_name)
        self.connection.execute("COMMIT")

    def _empty(self, schema: str | None, table: str | None) -> None:
        """Deletes the rows that stood in the way: of the table that the server names, else of all."""
        if self.superuser:
            self.connection.execute("SET LOCAL session_replication_role = replica")
        for relation in self.state.relations.values():
            if relation.kind == "r" and (not table or (relation.schema, relation.name) == (schema, table)):
                self._swept.add(relation.oid)
                self.connection.execute(f"DELETE FROM {ident(relation.schema, relation.name)}".encode())
        if self.superuser:
            self.connection.execute("SET LOCAL session_replication_role = DEFAULT")

    def _fill(self) -> None:
        """Puts rows where the last file had to do without them."""
        relations = self.state.relations
        swept = [oid for oid in self._swept if oid in relations]
        if swept:
            rows.fill(self.connection, [(relations[oid].schema, relations[oid].name) for oid in swept])
            sizes = self.connection.execute(_SIZES.encode(), [swept]).fetchall()
            filled = {oid: replace(relations[oid], bytes=size) for oid, size in sizes}
            self.state = replace(self.state, relations={**relations, **filled})
        self._swept.clear()

    def _look(self, query: str = _LOCKS) -> _Seen:
        with self.connection.pipeline():
            locks = self.connection.execute(query.encode())
            counters = self.connection.execute(_COUNTERS.encode(), [list(_CATALOGS)])
            rows = locks.fetchall()
            catalogs = {name: (changed, deleted) for name, changed, deleted in counters.fetchall()}
        return _Seen(
            frozenset(Lock(row[0], row[1]) for row in rows if row[1]),
            self._seen.counts | {row[0]: (row[2], row[3], row[4], row[5]) for row in rows},
            catalogs,
        )

    def _refresh(self, seen: _Seen) -> None:
        """Brings the state up to date with what the last statement may have changed."""
        owner = self.state.owners
        old = {lock.of for lock in self._seen.locks if lock.mode not in _WEAK}
        now = {lock.of for lock in seen.locks if lock.mode not in _WEAK}
        written = [name for name, counts in seen.catalogs.items() if counts != self._seen.catalogs.get(name, (0, 0))]
        if not written:
            return
        deleted = any(seen.catalogs[name][1] != self._seen.catalogs.get(name, (0, 0))[1] for name in seen.catalogs)
        touched, since = now, {"held": list(now & old), "xid": self._xid}
        if len(old) > _MANY and not deleted:
            touched = (now - old) | {oid for (oid,) in self.connection.execute(_RECENT.encode(), since)}
        if not now - old and not {"pg_class", "pg_attribute"}.isdisjoint(written):
            touched = touched | {oid for (oid,) in self.connection.execute(_GRANTED.encode(), since)}
        wanted = {owner.get(oid, oid) for oid in touched if oid >= FIRST}
        self.state = refresh(self.connection, self.state, wanted, written)

    def _observed(
        self, statement: Statement, seen: _Seen, before: State, *, shared: bool, stumbled: str = "",
        transactional: bool = True, misplaced: bool = False, unsafe: bool = False,
    ) -> Observed:  # fmt: skip
        after, then = self.state, self._seen
        held = frozenset() if not transactional else then.locks
        moved = [
            oid
            for oid, relation in (after.relations.items() if after.relations is not before.relations else ())
            if (old := before.relations.get(oid)) is not relation and old is not None and old.file != relation.file
        ]
        counts = {oid: _delta(now, then.counts.get(oid)) for oid, now in seen.counts.items()}
        # Where rows had to be deleted for a statement to run, an empty file tells nothing.
        sure = not self._swept or keywords(statement.text, 1) == ("TRUNCATE",)
        emptied = [
            oid
            for oid in moved
            if sure
            and before.relations[oid].bytes
            and not after.relations[oid].bytes
            and not then.counts.get(oid, (0, 0, 0, 0))[3]  # else its rows were deleted above, and it was rewritten
        ]
        [[lock_timeout, statement_timeout, idle_timeout, application]] = self.connection.execute(
            _SETTINGS.encode()
        ).fetchall()
        return Observed(
            statement=statement,
            shared=shared,
            transactional=transactional,
            misplaced=misplaced,
            unsafe_enum=unsafe,
            locks=tuple(sorted(seen.locks - held, key=lambda lock: (lock.of, lock.strength))),
            held=tuple(sorted(held, key=lambda lock: (lock.of, lock.strength))) if shared else (),
            rewritten=tuple(oid for oid in moved if oid not in emptied),
            emptied=tuple(emptied),
            scanned=tuple(oid for oid, delta in counts.items() if delta[0] > 0 and oid in after.relations),
            written=tuple(Written(oid, *delta[1:]) for oid, delta in counts.items() if any(delta[1:])),
            before=before,
            after=after,
            stumbled=stumbled,
            notices=tuple(self._notices),
            lock_timeout=int(lock_timeout),
            statement_timeout=int(statement_timeout),
            idle_timeout=int(idle_timeout),
            application_name=application,
        )

    def _nothing(self, statement: Statement, shared: bool) -> Observed:
        """A statement that touches no object."""
        return self._observed(statement, self._seen, self.state, shared=shared)

    def _begin(self) -> None:
        self._begun = self.state
        self.connection.execute("BEGIN")
        self._seen = _Seen()
        self._seen = self._look(_PENDING)

    @property
    def _open(self) -> bool:
        return self.connection.info.transaction_status != TransactionStatus.IDLE

    def _send(self, command: str, statement: Statement | None) -> None:
        """Ends a transaction; constraints that were deferred fail here."""
        try:
            self.connection.execute(command.encode())
        except psycopg.Error as error:
            if statement is None:
                raise
            raise self._failed(statement, error) from error
        self._seen = _Seen()

    def _failed(self, statement: Statement, error: psycopg.Error) -> FileFailed:
        at = error.diag.statement_position
        failure = Failure(Unit((statement,), [], 0), statement, error, int(at) - 1 if at else None)
        told = explain([failure], self.server)
        return FileFailed(TelamonError("The migration does not replay", where=told.where, why=told.why, do=told.do))

    def _fresh(self) -> bytes:
        return (_FRESH + ("SET lc_messages = 'C';" if self.superuser else "")).encode()


def _left_open(file: MigrationFile, last: Statement) -> TelamonError:
    return TelamonError(
        f"{file.name} leaves a transaction open",
        where=str(last.origin),
        why="It has a BEGIN without a COMMIT, so what came after the BEGIN would be undone.",
        do="Add the COMMIT, and run `telamon migrate hash`.",
    )


def _delta(now: tuple[int, int, int, int], then: tuple[int, int, int, int] | None) -> tuple[int, int, int, int]:
    if then is None:
        return now
    return (now[0] - then[0], now[1] - then[1], now[2] - then[2], now[3] - then[3])


def prepared(base: Directory, dev: Dev) -> Database:
    """A dev database in the base state, with a few rows in each table; kept as a template for the next run.

    Raises:
        CheckError: the base does not replay.
    """
    key = f"rows 2:{base.chain_key()}"
    if dev.has(key):
        try:
            return dev.create(key)
        except TemplateMissingError:
            pass  # evicted meanwhile: made again below
    database = replay(base, dev)
    try:
        with database.connect() as connection:
            with_rows(connection)
        dev.keep(database, key)
        if dev.has(key):
            return dev.create(key)
        database = replay(base, dev)  # a state that copies lose is not kept
        with database.connect() as connection:
            with_rows(connection)
    except BaseException:
        database.drop()
        raise
    return database


def with_rows(connection: Connection) -> None:
    """Puts a few rows into every table that takes them."""
    tables = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p')"
    ).fetchall()
    rows.seed(connection, [("table", schema, name) for schema, name in tables])
    # Rows that were refused leave their room behind: a table without rows must not look as if it had some.
    names = [ident(schema, name) for schema, name in connection.execute(_ROOM.encode()).fetchall()]
    queries = [f"SELECT {number} WHERE NOT EXISTS (SELECT FROM {name})" for number, name in enumerate(names)]
    hollow = connection.execute(" UNION ALL ".join(queries).encode()).fetchall() if queries else []
    for (number,) in hollow:
        connection.execute(f"VACUUM (TRUNCATE) {names[number]}".encode())
