"""What seeding knows of a target's tables: columns, keys, and the order in which foreign keys let them be filled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telamon.errors import UsageError
from telamon.quote import ident

if TYPE_CHECKING:
    from telamon.apply.target import Connection


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Args:
        type: as a cast names it, without a length: a cast with one would cut texts off unnoticed.
        length: of a text type, 0 for none.
        category: of its base type, as pg_type has it: `A` for arrays ...
        base: the name of its base type.
        required: a row must give it: not null, and no default.
        nullable: it may be null.
        generated: it cannot be given.
        filled: it has a default or an identity.
        always: it is GENERATED ALWAYS AS IDENTITY.
        labels: of an enum.
    """

    name: str
    type: str
    length: int
    category: str
    base: str
    nullable: bool
    generated: bool
    filled: bool
    always: bool
    labels: tuple[str, ...]

    @property
    def required(self) -> bool:
        """Whether a row must give it."""
        return not (self.nullable or self.filled or self.generated)


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key.

    Args:
        name: of the constraint.
        columns: that refer.
        table: the table referred to, quoted.
        targets: its columns.
        oid: of that table.
        deferrable: it may be checked at the end.
    """

    name: str
    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]
    oid: int
    deferrable: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Args:
        oid: its identity.
        name: schema and name.
        columns: in order.
        keys: the columns of each key, the primary one first.
        references: its foreign keys.
    """

    oid: int
    name: tuple[str, str]
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    references: tuple[Reference, ...]

    @property
    def sql(self) -> str:
        """The quoted name."""
        return ident(*self.name)

    @property
    def title(self) -> str:
        """The name for people."""
        return self.name[1] if self.name[0] == "public" else ".".join(self.name)

    def column(self, name: str) -> Column | None:
        """A column by name."""
        return next((column for column in self.columns if column.name == name), None)


_TABLES = """
SELECT c.oid::int8, n.nspname::text, c.relname::text FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND c.relname NOT IN ('atlas_schema_revisions', 'telamon_seeds')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.deptype = 'e')
 ORDER BY 2, 3
"""
_COLUMNS = """
SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, -1),
       CASE WHEN b.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 ELSE 0 END,
       b.typcategory::text, b.typname::text, NOT a.attnotnull AND NOT t.typnotnull, a.attgenerated <> '',
       a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL, a.attidentity = 'a',
       array(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = b.oid ORDER BY e.enumsortorder)
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
 WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""
# A key that rows are known by: whole, immediate, of plain columns.
_KEYS = """
SELECT i.indrelid::int8, array(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (num, place)
                            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
                           WHERE k.place <= i.indnkeyatts ORDER BY k.place)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY (%s) AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
   AND i.indexprs IS NULL ORDER BY i.indrelid, NOT i.indisprimary, c.relname
"""
_REFERENCES = """
SELECT k.conrelid::int8, k.conname::text, k.confrelid::int8, k.condeferrable,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY x (num, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num ORDER BY x.place),
       array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY x (num, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num ORDER BY x.place)
  FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.confrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype = 'f' AND k.conrelid = ANY (%s) ORDER BY k.conname
"""


def tables_of(connection: Connection) -> tuple[Table, ...]:
    """All tables of a target that can have seeds, by name."""
    named = connection.execute(_TABLES).fetchall()
    oids = [row[0] for row in named]
    columns: dict[object, list[Column]] = {}
    for oid, *values in connection.execute(_COLUMNS, [oids]):
        values[-1] = tuple(values[-1])  # type: ignore[arg-type]
        columns.setdefault(oid, []).append(Column(*values))  # type: ignore[arg-type]
    keys: dict[object, list[tuple[str, ...]]] = {}
    for oid, names in connection.execute(_KEYS, [oids]):
        keys.setdefault(oid, []).append(tuple(names))  # type: ignore[arg-type]
    references: dict[object, list[Reference]] = {}
    for oid, name, other, deferrable, table, own, theirs in connection.execute(_REFERENCES, [oids]):
        found = Reference(str(name), tuple(own), str(table), tuple(theirs), int(str(other)), bool(deferrable))  # type: ignore[arg-type]
        references.setdefault(oid, []).append(found)
    return tuple(
        Table(
            int(str(oid)),
            (str(schema), str(name)),
            tuple(columns.get(oid, ())),
            tuple(keys.get(oid, ())),
            tuple(references.get(oid, ())),
        )
        for oid, schema, name in named
    )


def choose(tables: Sequence[Table], written: str, where: str, schema: str | None) -> Table:
    """The table that a file names: `orders`, or `shop.orders`.

    Args:
        schema: where names without one are looked for first; public if None.

    Raises:
        UsageError: there is none, or several.
    """
    found = [table for table in tables if ".".join(table.name) == written]
    found = found or [table for table in tables if table.name == (schema or "public", written)]
    found = found or [table for table in tables if table.name[1] == written]
    if len(found) != 1:
        names = ", ".join(".".join(table.name) for table in found or tables[:10])
        raise UsageError(
            f"There {'are several tables' if found else 'is no table'} {written}",
            where=where,
            why=f"The target has: {names}" if names else "The target has no tables: apply its migrations first.",
            do="Name the file after its table: orders.csv, or shop.orders.csv.",
        )
    return found[0]


def in_order(tables: Iterable[Table]) -> tuple[Table, ...]:
    """Tables so that each comes after those that it references; otherwise as given.

    Raises:
        UsageError: foreign keys that are not deferrable go round in a circle.
    """
    left = {table.oid: table for table in tables}
    found: list[Table] = []
    while left:
        ready = [table for table in left.values() if not _waits_for(table, left)]
        if not ready:
            names = ", ".join(table.title for table in left.values())
            raise UsageError(
                "These tables reference each other in a circle",
                where=names,
                do="Make one of the foreign keys DEFERRABLE, or write these rows in an SQL file.",
            )
        first = ready[0]
        found.append(first)
        del left[first.oid]
    return tuple(found)


def _waits_for(table: Table, left: dict[int, Table]) -> bool:
    return any(
        reference.oid in left and reference.oid != table.oid and not reference.deferrable
        for reference in table.references
    )
