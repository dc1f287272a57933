"""Columns of materialized views, where something was set on them. (View and materialized view know their columns.)"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.column import COMPRESSION, STORAGE
from telamon.kinds.table import column_options, option_steps
from telamon.quote import ident


class ViewColumnSpec(Struct, frozen=True):
    """
    Args:
        storage: "" when it is the type's own.
    """

    storage: str
    compression: str
    statistics: int | None
    options: tuple[str, ...]


NOTHING = ViewColumnSpec("", "", None, ())


class ViewColumn(Kind):
    name = "view_column"
    present = "SELECT FROM pg_catalog.pg_class WHERE relkind = 'm'"
    rank = 54

    def query(self, server: Server) -> str:
        return f"""
            SELECT a.attrelid::int8, a.attname,
                   CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text ELSE '' END,
                   a.attcompression::text, nullif(a.attstattarget, -1), a.attoptions
              FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
              JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
             WHERE c.relkind = 'm' AND c.relnamespace IN {server.namespaces} AND a.attnum > 0
               AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0
                    OR a.attoptions IS NOT NULL)"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for relation, name, storage, compression, statistics, options in rows:
            view = reader.find("pg_class", relation)
            settings = column_options(options)
            spec = ViewColumnSpec(STORAGE.get(storage, ""), COMPRESSION.get(compression, ""), statistics, settings)
            if view is not None and spec != NOTHING:
                reader.add((self.name, *view[1:], name), spec, parent=view)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, NOTHING, fact.spec, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, fact.spec, NOTHING, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.set(new, old.spec, new.spec, ctx)

    def set(self, fact: Fact, old: ViewColumnSpec, new: ViewColumnSpec, ctx: Context) -> list[Step]:
        head = f"ALTER MATERIALIZED VIEW {ctx.name(*fact.id[1:3])} ALTER COLUMN {ident(fact.id[3])}"
        comment = f"set options of column {fact.id[3]} of {fact.id[2]}"
        clauses = []
        if old.storage != new.storage:
            clauses.append(f"SET STORAGE {new.storage or 'DEFAULT'}")
        if old.compression != new.compression:
            clauses.append(f"SET COMPRESSION {new.compression or 'default'}")
        if old.statistics != new.statistics:
            clauses.append(f"SET STATISTICS {-1 if new.statistics is None else new.statistics}")
        steps = [Step(f"{head} {clause}", comment) for clause in clauses]
        return steps + option_steps(head, comment, old.options, new.options)
