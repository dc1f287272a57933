"""Rows for the proof: a few in every table that a plan touches, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any

import psycopg

from telamon.catalog.facts import Id
from telamon.quote import ident, literal

ROWS = 2

FAR = """
WITH RECURSIVE far AS (
  SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
   WHERE c.relkind = 'f'
  UNION SELECT i.inhparent FROM far JOIN pg_catalog.pg_inherits i ON i.inhrelid = far.inhparent)
SELECT inhparent FROM far
"""
"""Whose rows are in part those of another server, which is asked nothing and gets nothing."""

COLUMNS = f"""
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       t.typtype::text, t.typcategory::text, t.typname, a.attnotnull, a.atthasdef OR a.attidentity <> '',
       a.attgenerated <> '', pg_catalog.format_type(b.oid, NULL), b.typtype::text, b.typcategory::text, b.typname,
       k.confrelid::regclass::text, f.attname
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN LATERAL (SELECT k.confrelid, k.confkey[array_position(k.conkey, a.attnum)] AS target
                       FROM pg_catalog.pg_constraint k
                      WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey) LIMIT 1) k ON true
  LEFT JOIN pg_catalog.pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.target
 WHERE c.relkind IN ('r', 'p') AND (n.nspname, c.relname) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
   AND c.oid NOT IN ({FAR})
 ORDER BY c.oid, a.attnum
"""

REFERENCED = """
WITH RECURSIVE up AS (
  SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
  UNION SELECT k.confrelid FROM pg_catalog.pg_constraint k JOIN up ON k.conrelid = up.oid WHERE k.contype = 'f')
SELECT n.nspname, c.relname FROM up JOIN pg_catalog.pg_class c ON c.oid = up.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
"""

# Tries every statement, in rounds, so that a row whose foreign key had nothing to point at gets another chance.
INSERT = """
DO $telamon$
DECLARE
  statement text;
  left_over text[] := {statements}::text[];
  failed text[];
BEGIN
  SET LOCAL check_function_bodies = off;
  SET CONSTRAINTS ALL {when};
  FOR round IN 1..3 LOOP
    failed := '{{}}';
    FOREACH statement IN ARRAY left_over LOOP
      BEGIN
        EXECUTE statement;
      EXCEPTION WHEN OTHERS THEN
        failed := failed || statement;
      END;
    END LOOP;
    EXIT WHEN cardinality(failed) = 0 OR failed = left_over;
    left_over := failed;
  END LOOP;
END $telamon$
"""

VALUES = {
    "N": "'{i}'", "S": "'{i}'", "B": "true", "D": "'2020-01-0{i} 00:00'", "T": "'{i} days'", "A": "'{{}}'",
    "R": "'empty'", "I": "'10.0.0.{i}'", "V": "'{i}'", "Z": "'{i}'",
}  # fmt: skip
BY_NAME = {
    "uuid": "'00000000-0000-0000-0000-00000000000{i}'", "json": "'{{}}'", "jsonb": "'{{}}'", "bytea": "'\\x0{i}'",
    "time": "'0{i}:00'", "timetz": "'0{i}:00Z'", "macaddr": "'08:00:2b:01:02:0{i}'",
    "bit": "lpad('', {n}, '1')::bit({n})",
    "varbit": "'1'", "xml": "'<a>{i}</a>'", "point": "'({i},{i})'", "box": "'(0,0),({i},{i})'", "line": "'{{1,1,{i}}}'",
    "circle": "'<(0,0),{i}>'", "lseg": "'[(0,0),({i},{i})]'", "path": "'[(0,0),({i},{i})]'", "tsvector": "'a{i}'",
    "polygon": "'((0,0),({i},{i}),(0,{i}))'", "tsquery": "'a{i}'", "pg_lsn": "'0/{i}'", "oid": "'{i}'",
}  # fmt: skip

Rows = dict[str, list[tuple[Any, ...]]]


def seed(connection: psycopg.Connection[Any], tables: Iterable[Id], apart: Set[Id] = frozenset()) -> None:
    """Inserts a few rows into tables, and into those that they reference. What takes none stays empty.

    Args:
        connection: in autocommit mode.
        tables: as `("table", schema, name)`.
        apart: tables that get none, though others reference them.
    """
    wanted = list(tables)
    pair = [[id[1] for id in wanted], [id[2] for id in wanted]]
    fill(connection, [row for row in connection.execute(REFERENCED, pair) if ("table", *row) not in apart])


def fill(connection: psycopg.Connection[Any], tables: Iterable[tuple[str, str]]) -> None:
    """Inserts a few rows into tables, and into no other.

    Args:
        tables: as (schema, name).
    """
    found = list(tables)
    rows = connection.execute(COLUMNS, [[row[0] for row in found], [row[1] for row in found]]).fetchall()
    by_table: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_table.setdefault(row[0], []).append(row)
    statements = [insert(columns, i) for columns in by_table.values() for i in range(1, ROWS + 1)]
    if statements:
        attempt(connection, statements)


def attempt(connection: psycopg.Connection[Any], statements: Iterable[str]) -> None:
    """Executes those of the statements that the server lets pass."""
    array = f"ARRAY[{', '.join(map(literal, statements))}]"
    try:
        connection.execute(INSERT.format(statements=array, when="DEFERRED").encode())
    except psycopg.errors.IntegrityError:  # all are gone for one: now each is looked at as it comes
        connection.execute(INSERT.format(statements=array, when="IMMEDIATE").encode())


def insert(columns: list[tuple[Any, ...]], i: int) -> str:
    """An INSERT of the i-th row: all columns that have no default of their own."""
    schema, name = columns[0][1:3]
    chosen = [column for column in columns if not column[10] and not column[11]]
    head = f"INSERT INTO {ident(schema, name)}"
    if not chosen:
        return f"{head} DEFAULT VALUES"
    values = ", ".join(value(column, i) for column in chosen)
    return f"{head} ({', '.join(ident(column[4]) for column in chosen)}) VALUES ({values})"


def value(column: tuple[Any, ...], i: int) -> str:
    """A value of the column's type, or of the row that a foreign key can point at."""
    declared, target, target_column = column[5], column[16], column[17]
    base, kind, category, name = column[12:16]
    if kind == "e":
        made = f"(pg_catalog.enum_range(NULL::{base}))[1]::text"
    elif kind == "c":
        made = "NULL"
    else:
        width = declared.partition("(")[2].partition(")")[0] or "1"
        made = BY_NAME.get(name, VALUES.get(category, "'{i}'")).format(i=i, n=width)
    made = f"{made}::{declared}"
    if target:
        made = f"coalesce((SELECT {ident(target_column)} FROM {target} ORDER BY 1 OFFSET {i - 1} LIMIT 1), {made})"
    return made


def near(connection: psycopg.Connection[Any], tables: Iterable[Id]) -> list[Id]:
    """The tables that hold all of their rows themselves, their partitions' and heirs' too."""
    query = f"""
        SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid IN ({FAR})"""
    far = set(connection.execute(query.encode()))
    return [id for id in tables if id[1:3] not in far]


def look(
    connection: psycopg.Connection[Any],
    tables: Iterable[Id],
    columns: Iterable[tuple[Id, str]] = (),
    only: Set[Id] = frozenset(),
) -> tuple[dict[Id, int], dict[Id, str]]:
    """(rows by table, a hash of each column's values), where all rows are this server's.

    Args:
        columns: (column of one of the tables, expression that turns it into text).
        only: tables whose heirs' rows are left out.
    """
    here = dict.fromkeys(near(connection, tables))
    listed = [(id, text) for id, text in columns if ("table", *id[1:3]) in here]
    return count(connection, list(here), only), contents(connection, listed, only)


def count(connection: psycopg.Connection[Any], ids: Sequence[Id], only: Set[Id]) -> dict[Id, int]:
    """Rows by table. See `look`."""
    if not ids:
        return {}
    queries = [
        f"SELECT {k}, count(*) FROM {'ONLY ' if id in only else ''}{ident(*id[1:3])}" for k, id in enumerate(ids)
    ]
    return {ids[k]: number for k, number in connection.execute(" UNION ALL ".join(queries).encode())}


def contents(connection: psycopg.Connection[Any], listed: Sequence[tuple[Id, str]], only: Set[Id]) -> dict[Id, str]:
    """A hash of each column's values as text, whatever their order. See `look`."""
    if not listed:
        return {}
    queries = [
        f"SELECT {k}, coalesce(md5(string_agg({text}, ',' ORDER BY {text})), '')"
        f" FROM {'ONLY ' if ('table', *id[1:3]) in only else ''}{ident(*id[1:3])}"
        for k, (id, text) in enumerate(listed)
    ]
    return {listed[k][0]: digest for k, digest in connection.execute(" UNION ALL ".join(queries).encode())}


def advance(connection: psycopg.Connection[Any], sequences: Iterable[Id]) -> None:
    """Uses a few numbers of sequences, as those of a live database are used. What takes none stays as it is.

    Args:
        sequences: as `("sequence", schema, name)`.
    """
    for id in sequences:
        statement = f"SELECT nextval({literal(ident(*id[1:3]))}) FROM generate_series(1, {ROWS + 1})"
        attempt(connection, [statement])


def files(connection: psycopg.Connection[Any]) -> dict[int, tuple[tuple[str, str], int]]:
    """((schema, name), file) of each table by OID: another file means that the table was rewritten."""
    found = connection.execute(
        "SELECT c.oid::int8, n.nspname, c.relname, c.relfilenode::int8 FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.oid >= 16384"
        " AND n.nspname !~ '^pg_'"
    )
    return {oid: ((schema, name), file) for oid, schema, name, file in found}


def rewritten(
    before: dict[int, tuple[tuple[str, str], int]], after: dict[int, tuple[tuple[str, str], int]]
) -> tuple[tuple[str, str], ...]:
    """The tables, by their new names, that lie in another file: the same object, or one that took its name."""
    by_name = dict(after.values())
    found = set()
    for oid, (name, file) in before.items():
        now, other = after.get(oid, (name, by_name.get(name, file)))
        if other != file:
            found.add(now)
    return tuple(sorted(found))
