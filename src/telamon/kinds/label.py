"""Security labels, on whatever can have one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from msgspec import Struct

from telamon.catalog.facts import Fact, title
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.naming import anywhere, described
from telamon.quote import ident, literal


class LabelSpec(Struct, frozen=True):
    text: str


class Label(Kind):
    """The path ends with the provider."""

    name = "label"
    leaf = True
    present = "SELECT FROM pg_catalog.pg_seclabel UNION ALL SELECT FROM pg_catalog.pg_shseclabel"
    rank = 83
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return """
            SELECT c.relname, l.objoid::int8, l.objsubid, l.provider, l.label
              FROM pg_catalog.pg_seclabel l JOIN pg_catalog.pg_class c ON c.oid = l.classoid
            UNION ALL
            SELECT c.relname, l.objoid::int8, 0, l.provider, l.label
              FROM pg_catalog.pg_shseclabel l JOIN pg_catalog.pg_class c ON c.oid = l.classoid"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for catalog, oid, sub, provider, text in rows:
            found = reader.described(catalog, oid, sub)
            if found is not None:
                target, parent = found
                reader.add((self.name, *target, provider), LabelSpec(text), parent=parent)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, literal(fact.spec.text), ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        # Its object still has the name and the form that it had.
        return self.set(fact, "NULL", replace(ctx, new=ctx.old))

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.create(new, ctx)

    def set(self, fact: Fact, text: str, ctx: Context) -> list[Step]:
        target, provider = fact.id[1:-1], fact.id[-1]
        sql = anywhere(f"SECURITY LABEL FOR {ident(provider)} ON {described(target, ctx)} IS {text}")
        return [Step(sql, f"set security label of {title(target)}")]
