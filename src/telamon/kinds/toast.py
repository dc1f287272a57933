"""Storage parameters of the TOAST tables of tables and materialized views.

They are no part of their table: its statement can set them only where the columns that need a TOAST table are there.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.table import alter_table, option_steps


class ToastSpec(Struct, frozen=True):
    """
    Args:
        options: as a table's own, `toast.` before each.
    """

    options: tuple[str, ...]


class Toast(Kind):
    name = "toast"
    leaf = True
    present = "SELECT FROM pg_catalog.pg_class WHERE relkind = 't' AND reloptions IS NOT NULL"
    rank = 54
    folds = True
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid, t.reloptions
              FROM pg_catalog.pg_class t JOIN pg_catalog.pg_class c ON c.reltoastrelid = t.oid
             WHERE t.relkind = 't' AND t.reloptions IS NOT NULL AND c.relpersistence <> 't'
               AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, options in rows:
            if (relation := reader.find("pg_class", oid)) is not None:
                spec = ToastSpec(tuple(sorted(f"toast.{option}" for option in options)))
                reader.add((self.name, *relation[1:]), spec, parent=relation)

    def fold_into(self, fact: Fact, catalog: Catalog) -> Id | None:
        return fact.parent if fact.parent and fact.parent[0] == "table" else None

    def inline(self, fact: Fact, ctx: Context) -> str:
        return ""  # it stands among the parameters of the table

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        if operation not in ("create", "alter") or fact.parent is None:
            return [], []
        columns = [part.id for part in ctx.new.children(fact.parent) if part.kind == "column"]
        return [(made, id) for id in columns for made in ("create", "alter")], []

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, (), fact.spec.options, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, fact.spec.options, (), ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.set(new, old.spec.options, new.spec.options, ctx)

    def set(self, fact: Fact, old: tuple[str, ...], new: tuple[str, ...], ctx: Context) -> list[Step]:
        """SET and RESET."""
        return option_steps(alter_table(ctx, fact.id), f"set TOAST parameters of {fact.id[2]}", old, new)
