"""Comments, on whatever can have one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from msgspec import Struct

from telamon.catalog.facts import Fact, title
from telamon.kinds.base import Context, Found, Kind, Reader, Row, Server, Step
from telamon.kinds.naming import anywhere, described
from telamon.quote import literal

SHARED = """
    SELECT c.relname, d.objoid::int8, 0, d.description
      FROM pg_catalog.pg_shdescription d JOIN pg_catalog.pg_class c ON c.oid = d.classoid"""
"""Those on roles and databases."""


class CommentSpec(Struct, frozen=True):
    text: str


class Comment(Kind):
    name = "comment"
    leaf = True
    rank = 80
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        query = """
            SELECT c.relname, d.objoid::int8, d.objsubid, d.description
              FROM pg_catalog.pg_description d JOIN pg_catalog.pg_class c ON c.oid = d.classoid
             WHERE d.objoid >= 16384 OR (d.classoid = 'pg_catalog.pg_namespace'::regclass AND d.objoid = 2200)"""
        if server.roles or server.database:
            query += f" UNION ALL {SHARED}"
        return query

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        reader.add_all({}, self.found(reader, rows))

    def found(self, reader: Reader, rows: Iterable[Row]) -> Iterator[Found]:
        """The facts, for `Reader.add_all`."""
        for catalog, oid, sub, text in rows:
            # A constraint and its index, a view and its rule, have one fact; the comment is on the first of each.
            described = reader.described(catalog, oid, sub)
            if described is not None:
                target, parent = described
                yield ("comment", *target), CommentSpec(text), None, parent, 0, ()

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, literal(fact.spec.text), ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        # Its object still has the name and the form that it had.
        return self.set(fact, "NULL", replace(ctx, new=ctx.old))

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.create(new, ctx)

    def set(self, fact: Fact, text: str, ctx: Context) -> list[Step]:
        target = fact.id[1:]
        sql = anywhere(f"COMMENT ON {described(target, ctx)} IS {text}")
        return [Step(sql, f"set comment of {title(target)}")]
