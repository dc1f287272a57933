"""The revision table: what was applied to a target, and how far. Its form is Atlas's, so that either tool can go on."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import psycopg
from psycopg import sql

from telamon.apply.target import Connection, Target
from telamon.errors import TelamonError, UsageError
from telamon.version import __version__

TABLE = "atlas_schema_revisions"
DEFAULT_SCHEMA = "atlas_schema_revisions"
OPERATOR = f"Telamon {__version__}"
BASELINE, EXECUTED, RESOLVED = 1, 2, 4

# What the row of an unfinished file has for an error where the server said nothing, or not all.
IN_FLIGHT = "begun, and its end is not recorded: it is running, or the run was killed"
PART_DONE = "committed a part of its work, then failed: "

# A row that Atlas Cloud leaves in the table; it is no revision.
CLOUD_ROW = ".atlas_cloud_identifier"
_COLUMNS = (
    "version", "description", "type", "applied", "total", "executed_at", "execution_time",
    "error", "error_stmt", "hash", "partial_hashes", "operator_version",
)  # fmt: skip
_NAMES = {1: "baseline", 2: "applied", 4: "manually set", 6: "applied + manually set"}


@dataclass(frozen=True, slots=True)
class Revision:
    """One row.

    Args:
        version: of the file.
        description: of the file.
        type: bits: 1 baseline, 2 executed, 4 resolved by hand.
        applied: statements done.
        total: statements in the file.
        executed_at: when it was begun.
        execution_time: nanoseconds, all attempts together.
        error: the last failure, "" if none.
        error_stmt: the statement that failed, "" if none.
        hash: the file's entry in the sum file, without `h1:`.
        partial_hashes: of the statements done, while the file is unfinished.
        operator_version: the tool that wrote the row.
    """

    version: str
    description: str
    type: int
    applied: int
    total: int
    executed_at: datetime
    execution_time: int = 0
    error: str = ""
    error_stmt: str = ""
    hash: str = ""
    partial_hashes: tuple[str, ...] = ()
    operator_version: str = OPERATOR

    @property
    def partial(self) -> bool:
        """Whether statements of it are still to be run."""
        return self.applied < self.total and not self.type & RESOLVED

    @property
    def type_name(self) -> str:
        """The type in words."""
        return _NAMES.get(self.type, f"unknown ({self.type:b})")

    def at(self, applied: int, hashes: Sequence[str]) -> Revision:
        """The row after the first `applied` statements, whose chained hashes are the first of `hashes`."""
        done = () if applied == self.total else tuple(hashes[:applied])
        return replace(self, applied=applied, error="", error_stmt="", partial_hashes=done)


def statement_hashes(texts: Iterable[str]) -> tuple[str, ...]:
    """The chained hashes of a file's statements, `h1:` and base64: one running SHA-256, read after each statement."""
    state = hashlib.sha256()
    found = []
    for text in texts:
        state.update(text.encode())
        found.append("h1:" + base64.b64encode(state.digest()).decode())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class RevisionTable:
    """The table on one target.

    Args:
        connection: to the target.
        schema: where it is, or would be created.
        exists: whether it was there when we looked.
    """

    connection: Connection
    schema: str
    exists: bool

    @property
    def name(self) -> sql.Identifier:
        """The qualified name."""
        return sql.Identifier(self.schema, TABLE)

    def read(self) -> tuple[Revision, ...]:
        """All rows, ordered by version as text; without the row that Atlas Cloud leaves."""
        if not self.exists:
            return ()
        columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
        query = sql.SQL('SELECT {} FROM {} WHERE version <> {} ORDER BY version COLLATE "C"')
        return tuple(_revision(row) for row in self.connection.execute(query.format(columns, self.name, CLOUD_ROW)))

    def create(self) -> RevisionTable:
        """Makes sure that the table is there; its schema too.

        Raises:
            TelamonError: the user may not.
        """
        if self.exists:
            return self
        try:
            with self.connection.transaction():
                found = self.connection.execute(
                    "select to_regnamespace(quote_ident(%s)) is null", [self.schema]
                ).fetchone()
                if found == (True,):
                    self.connection.execute(
                        sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self.schema))
                    )
                self.connection.execute(_CREATE.format(self.name))
        except psycopg.errors.InsufficientPrivilege as error:
            raise TelamonError(
                f'the revision table "{self.schema}"."{TABLE}" cannot be created',
                why=str(error).strip(),
                do="Grant CREATE on the database (or on that schema) to the user, give --role a role that has it,\n"
                "or give --revisions-schema a schema in which it may create tables.",
            ) from None
        return replace(self, exists=True)

    def upsert(self, revision: Revision, *, measure: bool = False) -> sql.Composed:
        """The statement that writes a row. `executed_at` and the description of a row that is there stay as they are.

        Args:
            measure: add the time since the transaction began, or since `CLOCK` in it, on the server.
        """
        head, tail = _frame(self.schema)
        spent: sql.Composable = sql.Literal(revision.execution_time)
        values: tuple[sql.Composable, ...] = (
            sql.Literal(revision.version),
            sql.Literal(revision.description),
            sql.Literal(revision.type),
            sql.Literal(revision.applied),
            sql.Literal(revision.total),
            sql.Literal(revision.executed_at),
            sql.Composed([spent, _ELAPSED]) if measure else spent,
            sql.Literal(revision.error or None),
            sql.Literal(revision.error_stmt or None),
            sql.Literal(revision.hash),
            sql.Literal(json.dumps(revision.partial_hashes) if revision.partial_hashes else None),
            sql.Literal(revision.operator_version),
        )
        return sql.Composed([head, sql.SQL(", ").join(values), tail])


@lru_cache
def _frame(schema: str) -> tuple[sql.SQL, sql.SQL]:
    """What stands before and after the values of an upsert: composed once, for a run writes many rows."""
    kept = ("version", "description", "executed_at")
    updates = (sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in _COLUMNS if name not in kept)
    head = sql.SQL("INSERT INTO {} ({}) VALUES (").format(
        sql.Identifier(schema, TABLE), sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    )
    tail = sql.SQL(") ON CONFLICT (version) DO UPDATE SET {}").format(sql.SQL(", ").join(updates))
    return sql.SQL(head.as_string(None)), sql.SQL(tail.as_string(None))


_CREATE = sql.SQL(
    """CREATE TABLE IF NOT EXISTS {} (
  version character varying NOT NULL PRIMARY KEY,
  description character varying NOT NULL,
  type bigint NOT NULL DEFAULT 2,
  applied bigint NOT NULL DEFAULT 0,
  total bigint NOT NULL DEFAULT 0,
  executed_at timestamp with time zone NOT NULL,
  execution_time bigint NOT NULL,
  error text,
  error_stmt text,
  hash character varying NOT NULL,
  partial_hashes jsonb,
  operator_version character varying NOT NULL
)"""
)

# A transaction knows when it began; the files after its first one begin with this.
CLOCK = sql.SQL("SELECT set_config('telamon.started', clock_timestamp()::text, true)")
_ELAPSED = sql.SQL(
    " + (extract(epoch from clock_timestamp() - coalesce("
    "nullif(current_setting('telamon.started', true), '')::timestamptz, now())) * 1000000000)::bigint"
)


def locate(target: Target, schema: str | None = None) -> RevisionTable:
    """Finds the revision table, or where it belongs: in the schema asked for, else in the one that the URL is bound to,
    else in a schema of its own (Atlas's rule).

    Raises:
        UsageError: the URL is bound to a schema without the table while the default schema has one: which is meant?
        TelamonError: a table of that name is something else, or may not be read or written.
    """
    place = schema or target.schema or DEFAULT_SCHEMA
    exists = _check_table(target.connection, place)
    if not exists and schema is None and place != DEFAULT_SCHEMA and _check_table(target.connection, DEFAULT_SCHEMA):
        raise UsageError(
            "ambiguous revision table",
            why=f'The URL is bound to schema "{place}", which has none, but schema "{DEFAULT_SCHEMA}" has one.',
            do=f"Give --revisions-schema {DEFAULT_SCHEMA} to go on with that, or {place} to begin anew.",
        )
    return RevisionTable(target.connection, place, exists)


_LOOK = """
select array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
       has_schema_privilege(c.relnamespace, 'USAGE') and has_table_privilege(c.oid, 'SELECT'),
       has_table_privilege(c.oid, 'INSERT') and has_table_privilege(c.oid, 'UPDATE'), current_user::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = %s and c.relname = %s
"""


def _check_table(connection: Connection, schema: str) -> bool:
    row = connection.execute(_LOOK, [schema, TABLE]).fetchone()
    if row is None:
        return False
    columns, readable, writable, user = row
    assert isinstance(columns, list)
    where = f'table "{schema}"."{TABLE}"'
    if missing := [name for name in _COLUMNS if name not in columns]:
        raise TelamonError(
            "that is not a revision table, or one of a very old version of Atlas",
            where=where,
            why=f"It has no column {', '.join(missing)}.",
            do="Give --revisions-schema another schema, or let a current Atlas upgrade the table.",
        )
    if not (readable and writable):
        raise TelamonError(
            f'user "{user}" may not {"write to" if readable else "read"} the revision table',
            where=where,
            do="Grant it USAGE on the schema and SELECT, INSERT, UPDATE on the table, or give --role the owner.",
        )
    return True


def _revision(row: Sequence[object]) -> Revision:
    values = dict(zip(_COLUMNS, row, strict=True))
    when = values["executed_at"]
    assert isinstance(when, datetime)
    hashes = values["partial_hashes"] or ()
    assert isinstance(hashes, (list, tuple))
    return Revision(
        version=str(values["version"]),
        description=str(values["description"]),
        type=int(str(values["type"])),
        applied=int(str(values["applied"])),
        total=int(str(values["total"])),
        executed_at=when,
        execution_time=int(str(values["execution_time"])),
        error=str(values["error"] or ""),
        error_stmt=str(values["error_stmt"] or ""),
        hash=str(values["hash"]),
        partial_hashes=tuple(map(str, hashes)),
        operator_version=str(values["operator_version"]),
    )


_SCHEMAS = """
select nspname::text from pg_namespace n
where nspname !~ '^pg_' and nspname <> 'information_schema' and nspname <> 'public'
  and not exists (select from pg_depend d
                  where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')
order by nspname
"""
_TABLES = """
select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = any(%s) and (n.nspname, c.relname) <> (%s, %s)
  and not exists (select from pg_depend d
                  where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by 1, 2 limit 1
"""


def dirt(target: Target, table: RevisionTable) -> str:
    """Why the target is not an empty database, "" if it is.

    Bound to a schema: it has a table. Otherwise: there is a schema besides `public`, or a table. The revision table and
    a schema with nothing else in it, do not count, nor does what an extension brought.
    """
    bound = [target.schema] if target.schema else ["public"]
    if not target.schema:
        schemas = [str(name) for (name,) in target.connection.execute(_SCHEMAS)]
        others = [name for name in schemas if name != table.schema]
        if others:
            return f'found schema "{others[0]}"'
        bound.append(table.schema)
    row = target.connection.execute(_TABLES, [bound, table.schema, TABLE]).fetchone()
    return f'found table "{row[1]}" in schema "{row[0]}"' if row else ""
