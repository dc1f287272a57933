"""What a database holds, as far as rules look at it: light facts by OID, so that a rename is none of a drop and an add.

The catalog proper (`telamon.catalog`) is read whole. Here only those relations are read again that a statement locked,
and only those lists whose system table the statement wrote to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import psycopg

from telamon.quote import ident

FIRST = 16384
"""The first OID of users' objects."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation.

    Args:
        of: the relation's OID.
        oid: its number in the relation.
        type: as written, with its modifier.
        base: the type's own name, of a domain that of what it is made of.
        kind: the type's kind (`pg_type.typtype`).
        length, align: as stored.
    """

    of: int
    oid: int
    name: str
    type: str
    base: str
    kind: str
    not_null: bool
    default: str
    identity: str
    generated: str
    length: int
    align: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a table, but for NOT NULL, which is a property of a column.

    Args:
        type: `c`, `f`, `p`, `u` or `x`.
        inherited: handed down from a partitioned table.
        target: the table that a foreign key points at.
        index: the index behind it.
        deferral: ` DEFERRABLE` and so on, as it stands at the end of its definition; "" where it is not.
    """

    of: int
    oid: int
    name: str
    type: str
    valid: bool
    columns: tuple[int, ...]
    target: int
    index: int
    inherited: bool
    deferral: str
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """An index.

    Args:
        columns: the numbers of all its columns, 0 for expressions.
        keys: how many of them are keys.
        parent: the index of a partitioned table of which it is a part, 0 for none.
    """

    of: int
    oid: int
    schema: str
    name: str
    unique: bool
    primary: bool
    valid: bool
    columns: tuple[int, ...]
    keys: int
    partial: bool
    method: str
    parent: int
    classes: str
    file: int
    text: str = field(default="", compare=False)

    @property
    def inherited(self) -> bool:
        """Whether it is part of the index of a partitioned table."""
        return self.parent != 0

    @property
    def sql(self) -> str:
        """Its name in SQL."""
        return shown(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger of a user's."""

    of: int
    oid: int
    name: str
    enabled: str
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something beside the relations.

    Args:
        kind: `schema`, `type`, `value`, `domain constraint`, `function`, `extension` or `policy`.
        of: the OID of the type of a value or constraint, of the table of a policy; else 0.
        detail: what may change about it: a function's source, an extension's version, a type's kind.
    """

    kind: str
    oid: int
    of: int
    schema: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, view, sequence or composite type, with what belongs to it by OID.

    Args:
        kind: `pg_class.relkind`.
        file: where its rows lie; another one means that it was rewritten.
        parent: the OID of the partitioned table of which it is a partition, 0 for none.
        bytes: the size of that file.
        comment: what is said about it and its columns, as a mark that changes with it.
        access: its owner, and who may do what with it and with its columns.
    """

    oid: int
    schema: str
    name: str
    kind: str
    persistence: str
    parent: int
    method: str
    tablespace: int
    file: int
    bytes: int = field(compare=False)
    comment: str
    access: str
    columns: Mapping[int, Column] = field(default_factory=dict)
    constraints: Mapping[int, Constraint] = field(default_factory=dict)
    indexes: Mapping[int, Index] = field(default_factory=dict)
    triggers: Mapping[int, Trigger] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """Its name in SQL; `public` is left out, as people do."""
        return shown(self.schema, self.name)

    @property
    def title(self) -> str:
        """Its name in messages."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @property
    def partition(self) -> bool:
        """Whether it is part of a partitioned table."""
        return self.parent != 0

    @property
    def is_table(self) -> bool:
        """Whether rows of a user's live in it, or in its partitions."""
        return self.kind in ("r", "p")


Fact = Relation | Column | Constraint | Index | Trigger | Thing
Things = Mapping[str, Mapping[int, Thing]]
Connection = psycopg.Connection[tuple[Any, ...]]
Some = TypeVar("Some")


@dataclass(frozen=True)
class State:
    """A database at one moment. What does not change is shared with the state before.

    Args:
        owners: the table of each index.
    """

    relations: Mapping[int, Relation]
    things: Things
    owners: Mapping[int, int]

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], Relation]:
        """The relations by (schema, name)."""
        return {(relation.schema, relation.name): relation for relation in self.relations.values()}


def shown(schema: str, name: str) -> str:
    """A name in SQL, without the schema `public`."""
    return ident(name) if schema == "public" else ident(schema, name)


_RELATIONS = """
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, c.relpersistence::text,
       CASE WHEN c.relispartition
            THEN (SELECT i.inhparent::int8 FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1) ELSE 0 END,
       coalesce(a.amname, ''), c.reltablespace::int8, c.relfilenode::int8,
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid) ELSE 0 END,
       coalesce((SELECT string_agg(d.objsubid || ' ' || pg_catalog.md5(d.description), ',' ORDER BY d.objsubid)
                   FROM pg_catalog.pg_description d
                  WHERE d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass), ''),
       concat(c.relowner, ' ', c.relacl::text, ' ',
              (SELECT string_agg(a.attnum || a.attacl::text, ',' ORDER BY a.attnum)
                 FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
 WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c', 'S') AND n.nspname NOT LIKE 'pg\\_toast%%'
   AND (NOT %(some)s OR c.oid = ANY (%(oids)s))
"""
_COLUMNS = """
SELECT a.attrelid::int8, a.attnum::int, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), b.typname,
       t.typtype::text, a.attnotnull, coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity::text,
       a.attgenerated::text, a.attlen::int, a.attalign::text
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND (NOT %(some)s OR a.attrelid = ANY (%(oids)s))
 ORDER BY a.attnum
"""
_CONSTRAINTS = """
SELECT conrelid::int8, oid::int8, conname, contype::text, convalidated, coalesce(conkey, '{}'), confrelid::int8,
       conindid::int8, conparentid <> 0 OR contype = 'c' AND NOT conislocal,
       CASE WHEN condeferrable THEN ' DEFERRABLE' ELSE '' END
         || CASE WHEN condeferred THEN ' INITIALLY DEFERRED' ELSE '' END,
       CASE WHEN %(some)s OR contype = 'c' THEN pg_catalog.pg_get_constraintdef(oid) ELSE '' END
  FROM pg_catalog.pg_constraint
 WHERE conrelid >= 16384 AND contype IN ('c', 'f', 'p', 'u', 'x') AND (NOT %(some)s OR conrelid = ANY (%(oids)s))
"""
_INDEXES = """
SELECT i.indrelid::int8, i.indexrelid::int8, n.nspname, c.relname, i.indisunique, i.indisprimary, i.indisvalid,
       i.indkey::int2[], i.indnkeyatts::int, i.indpred IS NOT NULL, a.amname,
       CASE WHEN c.relispartition
            THEN (SELECT h.inhparent::int8 FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid LIMIT 1) ELSE 0 END,
       i.indclass::text,
       c.relfilenode::int8, CASE WHEN %(some)s THEN pg_catalog.pg_get_indexdef(c.oid) ELSE '' END
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am a ON a.oid = c.relam
 WHERE i.indrelid >= 16384 AND (NOT %(some)s OR i.indrelid = ANY (%(oids)s))
"""
_TRIGGERS = """
SELECT tgrelid::int8, oid::int8, tgname, tgenabled::text,
       CASE WHEN %(some)s THEN pg_catalog.pg_get_triggerdef(oid) ELSE '' END
  FROM pg_catalog.pg_trigger WHERE NOT tgisinternal AND (NOT %(some)s OR tgrelid = ANY (%(oids)s))
"""
PARTS = (("columns", Column, _COLUMNS), ("constraints", Constraint, _CONSTRAINTS), ("indexes", Index, _INDEXES),
          ("triggers", Trigger, _TRIGGERS))  # fmt: skip

THINGS: dict[str, tuple[str, str]] = {
    "schema": (
        "pg_namespace",
        "SELECT oid::int8, 0, '', nspname, '' FROM pg_catalog.pg_namespace WHERE oid >= 16384 OR nspname = 'public'",
    ),
    "type": (
        "pg_type",
        """SELECT t.oid::int8, 0, n.nspname, t.typname, t.typtype::text FROM pg_catalog.pg_type t
           JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
           WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r')""",
    ),
    "value": (
        "pg_enum",
        "SELECT oid::int8, enumtypid::int8, '', enumlabel, enumsortorder::text FROM pg_catalog.pg_enum",
    ),
    "domain constraint": (
        "pg_constraint",
        """SELECT oid::int8, contypid::int8, '', conname, contype::text || convalidated::int
             FROM pg_catalog.pg_constraint WHERE contypid >= 16384""",
    ),
    "function": (
        "pg_proc",
        """SELECT p.oid::int8, p.pronargs::int, n.nspname, p.proname,
                  l.lanname || ' ' || pg_catalog.md5(p.prosrc || coalesce(p.prosqlbody::text, ''))
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
             JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.oid >= 16384""",
    ),
    "extension": (
        "pg_extension",
        "SELECT oid::int8, 0, '', extname, extversion FROM pg_catalog.pg_extension",
    ),
    "policy": (
        "pg_policy",
        "SELECT oid::int8, polrelid::int8, '', polname, polcmd::text FROM pg_catalog.pg_policy",
    ),
    "role": (
        "pg_authid",
        "SELECT oid::int8, 0, '', rolname, '' FROM pg_catalog.pg_roles WHERE oid >= 16384",
    ),
}
"""Kind -> the system table that shows whether anything changed, and the query."""


def read_state(connection: Connection) -> State:
    """All there is."""
    relations = _relations(connection, None)
    return State(relations, _things(connection, THINGS), owners_of(relations.values()))


def owners_of(relations: Iterable[Relation]) -> dict[int, int]:
    """The table of each index."""
    return {index: relation.oid for relation in relations for index in relation.indexes}


def refresh(connection: Connection, state: State, oids: Iterable[int], written: Iterable[str]) -> State:
    """A state with some of it read again. What is as it was is shared with the old one: comparing them costs nothing.

    Args:
        oids: relations that may have changed, have come or have gone.
        written: the system tables that were written to.
    """
    wanted = list(oids)
    relations, owners = state.relations, state.owners
    if wanted:
        old = [relations[oid] for oid in wanted if oid in relations]
        fresh = shared(relations, _relations(connection, wanted))
        relations = {**relations, **fresh}
        for each in old:
            if each.oid not in fresh:
                del relations[each.oid]
        gone = owners_of(old).keys() - owners_of(fresh.values()).keys()
        owners = {**owners, **owners_of(fresh.values())}
        for index in gone:
            owners.pop(index, None)
    tables = set(written)
    if "pg_namespace" in tables:
        relations = _renamed(connection, relations)
    things = _things(connection, [kind for kind, (table, _) in THINGS.items() if table in tables])
    return State(relations, {**state.things, **shared(state.things, things)}, owners)


def again(connection: Connection, state: State) -> State:
    """All there is, sharing with a state of before what is as it was."""
    new = read_state(connection)
    return State(shared(state.relations, new.relations), shared(state.things, new.things), new.owners)


def shared(old: Mapping[Any, Some], new: Mapping[Any, Some]) -> dict[Any, Some]:
    """The new values, each of them the old one where that is equal."""
    return {key: old[key] if key in old and old[key] == value else value for key, value in new.items()}


def _relations(connection: Connection, oids: list[int] | None) -> dict[int, Relation]:
    parameters = {"some": oids is not None, "oids": oids or []}
    with connection.pipeline():
        heads = connection.execute(_RELATIONS.encode(), parameters)
        parts = [connection.execute(query.encode(), parameters) for _, _, query in PARTS]
        found = {row[0]: row for row in heads.fetchall()}
        rows = [cursor.fetchall() for cursor in parts]
    belongings: dict[str, dict[int, dict[int, Any]]] = {}
    for (name, made, _), listed in zip(PARTS, rows, strict=True):
        by_relation: dict[int, dict[int, Any]] = {}
        arrays = name in ("constraints", "indexes")
        for row in listed:
            values = [tuple(value) if isinstance(value, list) else value for value in row] if arrays else row
            by_relation.setdefault(row[0], {})[row[1]] = made(*values)
        belongings[name] = by_relation
    return {oid: Relation(*row, *(belongings[name].get(oid, {}) for name, _, _ in PARTS)) for oid, row in found.items()}


def _things(connection: Connection, kinds: Iterable[str]) -> dict[str, dict[int, Thing]]:
    wanted = list(kinds)
    with connection.pipeline():
        cursors = [connection.execute(THINGS[kind][1].encode()) for kind in wanted]
        rows = [cursor.fetchall() for cursor in cursors]
    return {kind: {row[0]: Thing(kind, *row) for row in found} for kind, found in zip(wanted, rows, strict=True)}


def _renamed(connection: Connection, relations: Mapping[int, Relation]) -> dict[int, Relation]:
    """The relations with the schemas they are in now: renaming a schema touches none of them."""
    rows = connection.execute(
        "SELECT c.oid::int8, n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE c.oid >= 16384"
    ).fetchall()
    now: dict[int, str] = dict(rows)
    return {
        oid: relation if now.get(oid, relation.schema) == relation.schema else replace(relation, schema=now[oid])
        for oid, relation in relations.items()
    }
