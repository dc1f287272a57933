"""Rows as facts: those of the tables that are declared to be a part of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from telamon.catalog.facts import Catalog, Fact, Id, Links, title
from telamon.errors import UsageError

if TYPE_CHECKING:
    import psycopg

    from telamon.seeding.tables import Table
    from telamon.sources.types import TableRows

Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Found:
    """A declared table as a database has it.

    Args:
        table: its columns, keys and references.
        columns: the declared ones that are there.
        key: those that tell rows apart.
        rows: in the order in which they were written, by identity.
    """

    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: dict[Id, Values]

    @property
    def id(self) -> Id:
        """The table."""
        return ("table", *self.table.name)


def with_rows(
    catalog: Catalog, connection: psycopg.Connection[tuple[Any, ...]], declared: Sequence[TableRows]
) -> Catalog:
    """The catalog with the rows of the declared tables that the database has.

    Args:
        connection: in autocommit mode, to the database that was read.
        declared: which tables, and which of their columns.

    Raises:
        UsageError: two rows of a table are alike in all that is declared.
        psycopg.Error: the server's own errors.
    """
    wanted = [each for each in declared if ("table", *each.name) in catalog.facts]
    if not wanted:
        return catalog
    from telamon.catalog.read import PINNED
    from telamon.seeding.tables import tables_of

    with connection.transaction():
        for setting in PINNED:
            connection.execute(setting.encode())
        tables = {table.name: table for table in tables_of(connection)}
        found = [_read(connection, tables[each.name], each.columns) for each in wanted if each.name in tables]
    facts = _facts(found)
    return replace(catalog, facts={**catalog.facts, **facts}, _children={})


def _read(connection: psycopg.Connection[tuple[Any, ...]], table: Table, declared: Sequence[str]) -> _Found:
    from telamon.quote import ident

    columns = tuple(name for name in declared if table.column(name))
    nullable = {column.name for column in table.columns if column.nullable}
    keys = (key for key in table.keys if {*key} <= {*columns} and nullable.isdisjoint(key))
    key = next(keys, columns)
    found: dict[Id, Values] = {}
    if not columns:
        return _Found(table, (), (), found)  # an older form of the table, in which no row is one of these
    texts = ", ".join(f"{ident(name)}::text" for name in columns)
    # In the order in which they were written, which is that of the file.
    for row in connection.execute(f"SELECT {texts} FROM {table.sql} ORDER BY tableoid, ctid".encode()):
        values = dict(zip(columns, row, strict=True))
        id = ("row", *table.name, *(values[name] or "" for name in key))
        if id in found:
            raise UsageError(
                f"Two rows of {table.title} are alike, and rows that are part of the schema must differ",
                where=title(id),
                do="Give the table a primary key, and its columns in the file.",
            )
        found[id] = values
    return _Found(table, columns, key, found)


def _facts(found: Iterable[_Found]) -> dict[Id, Fact]:
    """The rows; a row needs those that it references."""
    from telamon.kinds.row import RowSpec

    by_oid = {each.table.oid: each for each in found}
    facts: dict[Id, Fact] = {}
    needs: dict[Id, set[Id]] = {id: {each.id} for each in by_oid.values() for id in each.rows}
    whole = {id: frozenset((("table", *id[1:3]),)) for id in needs}
    links = Links(lambda: ({id: frozenset(ids) for id, ids in needs.items()}, whole))
    for each in by_oid.values():
        for reference in each.table.references:
            other = by_oid.get(reference.oid)
            if other and {*reference.columns} <= {*each.columns} and {*reference.targets} <= {*other.columns}:
                there = {tuple(values[name] for name in reference.targets): id for id, values in other.rows.items()}
                for id, values in each.rows.items():
                    target = there.get(tuple(values[name] for name in reference.columns))
                    needs[id] |= {target} - {id} if target else set()
        for order, (id, values) in enumerate(each.rows.items()):
            spec = RowSpec(each.key, tuple(values.items()))
            facts[id] = Fact(id, spec, each.id, order, links)
    return facts
