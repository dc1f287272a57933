"""Rows that are a part of the schema: reference data. Found by `telamon.catalog.row_facts`, in declared tables only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.quote import ident, idents, literal

_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_LOOKS = ("not_null", "check", "unique", "primary_key", "exclusion", "foreign_key", "index")
"""Parts of a table that look at its rows when they are made."""


class RowSpec(Struct, frozen=True):
    """
    Args:
        key: the columns by which the row is known.
        values: of the declared columns, as texts; None is NULL.
    """

    key: tuple[str, ...]
    values: tuple[tuple[str, str | None], ...]

    @property
    def known_by(self) -> list[tuple[str, str | None]]:
        """The key with its values."""
        return [(name, value) for name, value in self.values if name in self.key]


class DeclaredRow(Kind):
    """The path is the table's, then the values of the key."""

    name = "row"
    rank = 90
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return ""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        return None

    def phase(self, operation: str) -> int:
        # Functions behind triggers and checks may use anything; what goes may be what an alteration would refuse.
        return self.FIRST if operation == "drop" else self.LAST

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        """Rows change when their table has its columns, and before what would refuse the old ones."""
        table = fact.parent or fact.id
        parts = [*_parts(ctx.old, table), *_parts(ctx.new, table)]
        looks = [("create", part.id) for part in parts if part.kind in _LOOKS]
        if operation == "drop":
            columns = [part.id for part in parts if part.kind == "column" and part.id[-1] in fact.spec.key]
            keys = [("drop", key.id) for key in _referring(ctx.old).get(table, ())]
            return keys, [*looks, *((change, id) for id in columns for change in ("drop", "alter"))]
        before = [(change, part.id) for part in parts for change in ("drop", "alter", "create")]
        before = [node for node in before if node not in looks]
        if operation == "alter":
            return before, looks
        # Tables that were there before may hold what a new row is for.
        referring = (key for key in _referring(ctx.new).get(table, ()) if key.parent not in ctx.created)
        return before, [("create", key.id) for key in referring if key.parent != table]

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        before = ctx.old.get(fact.id)
        if before is not None and fact.parent in ctx.swapped:
            return self.alter(before, fact, ctx)  # it went over with the rows of its table
        names = [name for name, _ in fact.spec.values]
        always = any(
            (column := ctx.new.get(("column", *fact.id[1:3], name))) and column.spec.identity and
            column.spec.identity.always for name in names
        )  # fmt: skip
        overriding = " OVERRIDING SYSTEM VALUE" if always else ""
        into = f"INSERT INTO {ctx.name(*fact.id[1:3])} ({idents(names)}){overriding} VALUES"
        values = f"({', '.join(_value(fact, name, value, ctx) for name, value in fact.spec.values)})"
        return [
            Step(
                f"{into}\n  {values}",
                f"insert {_title(fact)}",
                table=into,
                clause=values,
                several=f"insert rows into table {_table(fact)}",
            )
        ]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        what = f"{_title(fact)}{_cascade(fact, ctx.old)}"
        sql = f"DELETE FROM {ctx.name(*fact.id[1:3])} WHERE {_where(fact, ctx)}"
        return [Step(sql, f"delete {_title(fact)}", loss=what)]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step]:
        before = dict(old.spec.values)
        changed = [(name, value) for name, value in new.spec.values if name not in before or before[name] != value]
        if not changed:
            return []
        sets = ", ".join(f"{ident(name)} = {_value(new, name, value, ctx)}" for name, value in changed)
        sql = f"UPDATE {ctx.name(*new.id[1:3])} SET {sets} WHERE {_where(new, ctx)}"
        return [Step(sql, f"update {_title(new)}")]


def _parts(catalog: Catalog, id: Id) -> Iterator[Fact]:
    """The parts of a table, and theirs, but for its rows."""
    for part in catalog.children(id):
        if part.kind != "row":
            yield part
            yield from _parts(catalog, part.id)


def _table(fact: Fact) -> str:
    return fact.id[2] if fact.id[1] == "public" else ".".join(fact.id[1:3])


def _title(fact: Fact) -> str:
    return f"row {', '.join(fact.id[3:])} in table {_table(fact)}"


def _where(fact: Fact, ctx: Context) -> str:
    return " AND ".join(
        f"{ident(name)} IS NULL" if value is None else f"{ident(name)} = {_value(fact, name, value, ctx)}"
        for name, value in fact.spec.known_by
    )


def _value(fact: Fact, name: str, value: str | None, ctx: Context) -> str:
    """A literal; numbers and truth values as people write them."""
    if value is None:
        return "NULL"
    id = ("column", *fact.id[1:3], name)
    column = ctx.new.get(id) or ctx.old.facts[id]
    type = column.spec.type.partition("(")[0]
    plain = value.removeprefix("-").replace(".", "", 1)
    if type == "boolean" or (type in _NUMBERS and plain.isascii() and plain.isdecimal()):
        return value
    return literal(value)


def _cascade(fact: Fact, catalog: Catalog) -> str:
    """What goes with a row."""
    keys = _referring(catalog).get(fact.parent or fact.id, ())
    tables = {key.id[1:3] for key in keys if "ON DELETE CASCADE" in key.spec.definition and key.parent != fact.parent}
    return f", and all that refer to it in {', '.join(sorted('.'.join(name) for name in tables))}" if tables else ""


@lru_cache(maxsize=4)
def _referring(catalog: Catalog) -> dict[Id, list[Fact]]:
    """The foreign keys to each table."""
    found: dict[Id, list[Fact]] = {}
    for key in catalog:
        for need in key.needs if key.kind == "foreign_key" else ():
            found.setdefault(need, []).append(key)
    return found
