"""How large and how busy a target is: what `telamon schema stats` writes, and `migrate lint` forecasts from.

Names and numbers only: no rows, no values, no queries.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from telamon.errors import LockError, TelamonError

if TYPE_CHECKING:
    import psycopg

VERSION = 1
"""Of the file; it counts up when a field changes its meaning or goes."""

_TEXTS = frozenset({"schema", "name", "kind", "database", "server", "taken_at"})
_PATIENCE = "5s"
"""How long a table that is locked may keep us waiting for its size."""
_DATABASE = """
SELECT pg_catalog.current_database(), pg_catalog.current_setting('server_version'),
       pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       extract(epoch FROM pg_catalog.now() - coalesce(stats_reset, pg_catalog.pg_postmaster_start_time()))::float8
  FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()
"""
# What others do is hidden from a user without pg_read_all_stats: those sessions are counted.
_TRANSACTIONS = """
SELECT coalesce(max(extract(epoch FROM pg_catalog.clock_timestamp() - xact_start)), 0)::float8,
       count(*) FILTER (WHERE backend_type IS NULL)
  FROM pg_catalog.pg_stat_activity
 WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()
   AND coalesce(backend_type, 'client backend') = 'client backend'
"""
_TABLES = """
SELECT n.nspname, c.relname, c.relkind::text, (sum(l.reltuples) FILTER (WHERE l.reltuples >= 0))::float8,
       coalesce(sum(pg_catalog.pg_table_size(l.oid)), 0)::int8,
       coalesce(sum(pg_catalog.pg_indexes_size(l.oid)), 0)::int8,
       coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0)::int8
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (SELECT relid FROM pg_catalog.pg_partition_tree(c.oid) WHERE isleaf
                     UNION SELECT c.oid WHERE c.relkind <> 'p') AS leaf ON true
  LEFT JOIN pg_catalog.pg_class l ON l.oid = leaf.relid AND l.relkind IN ('r', 'm')
  LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = l.oid
 WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
   AND n.nspname NOT LIKE 'pg\\_%'
 GROUP BY c.oid, n.nspname, c.relname, c.relkind ORDER BY n.nspname, c.relname
"""


@dataclass(frozen=True, slots=True)
class TableStats:
    """One table or materialized view; of a partitioned table all its partitions together.

    Args:
        kind: `pg_class.relkind`.
        rows: as the server estimates, None where it was never analyzed.
        bytes: of the rows, what is stored beside them included.
        index_bytes: of all indexes.
        writes: rows inserted, updated or deleted since `Stats.since_seconds` ago.
    """

    schema: str
    name: str
    kind: str
    rows: float | None
    bytes: int
    index_bytes: int
    writes: int


@dataclass(frozen=True)
class Stats:
    """One database at one moment.

    Args:
        taken_at: in UTC.
        since_seconds: how long writes were counted.
        oldest_transaction: seconds since the oldest open transaction began, 0 if there is none.
        hidden_sessions: how many sessions we may not look at.
    """

    database: str
    server: str
    taken_at: str
    since_seconds: float
    oldest_transaction: float
    hidden_sessions: int
    tables: tuple[TableStats, ...]

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], TableStats]:
        """The tables by (schema, name)."""
        return {(table.schema, table.name): table for table in self.tables}

    def to_json(self) -> str:
        """The file."""
        return json.dumps({"version": VERSION, **dataclasses.asdict(self)}, indent=1, ensure_ascii=False) + "\n"


def read_stats(connection: psycopg.Connection[Any]) -> Stats:
    """Asks a target, in one transaction that can only read.

    Raises:
        LockError: a table stays locked.
        psycopg.Error: the server's own errors.
    """
    from psycopg import errors

    connection.read_only = True
    try:
        with connection.transaction(), connection.pipeline():
            connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'".encode())
            about = connection.execute(_DATABASE.encode())
            transactions = connection.execute(_TRANSACTIONS.encode())
            tables = connection.execute(_TABLES.encode())
            [database], [running] = about.fetchall(), transactions.fetchall()
            found = tuple(TableStats(*row) for row in tables.fetchall())
    except errors.LockNotAvailable as error:
        raise LockError(
            f"A table stayed locked for {_PATIENCE}: its size cannot be read",
            why=str(error),
            do="Try again when whoever locks it is done.",
        ) from None
    name, version, at, since = database
    oldest, hidden = running
    return Stats(name, version, at, since, oldest, hidden, found)


def load_stats(path: str) -> Stats:
    """Reads the file.

    Raises:
        TelamonError: it is not there, or not what `telamon schema stats` writes.
    """
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except OSError as error:
        raise TelamonError("The statistics cannot be read", where=path, why=error.strerror or str(error)) from None
    except ValueError as error:
        raise _wrong(path, str(error)) from None
    if not isinstance(value, dict) or value.pop("version", None) != VERSION:
        raise _wrong(path, f"It is no file of version {VERSION}.")
    try:
        tables = tuple(TableStats(**_checked(each)) for each in value.pop("tables"))
        return Stats(**_checked(value), tables=tables)
    except (KeyError, TypeError, AttributeError) as error:
        raise _wrong(path, str(error)) from None


def _checked(value: dict[str, Any]) -> dict[str, Any]:
    """The fields of one of the two, each a text or a number as it should be; else a TypeError."""
    for name, each in value.items():
        wanted = str if name in _TEXTS else (int, float)
        if not isinstance(each, wanted) and not (name == "rows" and each is None):
            raise TypeError(f"{name} is {each!r}")
    return value


def _wrong(path: str, why: str) -> TelamonError:
    return TelamonError(
        "The statistics are not as telamon schema stats writes them",
        where=path,
        why=why,
        do="Write them anew: telamon schema stats --url postgres://... > stats.json",
    )
