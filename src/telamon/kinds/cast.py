"""Casts."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.written import called

CONTEXTS = {"a": " AS ASSIGNMENT", "i": " AS IMPLICIT", "e": ""}


class CastSpec(Struct, frozen=True):
    """
    Args:
        method: WITHOUT FUNCTION, WITH INOUT, or WITH FUNCTION and its name.
        context: AS ASSIGNMENT, AS IMPLICIT or nothing.
    """

    method: str
    context: str


class Cast(Kind):
    name = "cast"
    present = made("pg_cast")
    rank = 7  # before anything that may use it: nothing depends on a cast in pg_depend, only on its function

    def query(self, server: Server) -> str:
        # A range type's cast to its multirange type comes with the type.
        return f"""
            SELECT c.oid::int8, pg_catalog.format_type(c.castsource, NULL), pg_catalog.format_type(c.casttarget, NULL),
                   CASE c.castmethod WHEN 'b' THEN 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT'
                        ELSE 'WITH FUNCTION ' || {called("c.castfunc", server)} END, c.castcontext::text
              FROM pg_catalog.pg_cast c
             WHERE c.oid >= 16384
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_range r
                                WHERE r.rngtypid = c.castsource AND r.rngmultitypid = c.casttarget)"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, source, target, method, context in rows:
            if not reader.is_member("pg_cast", oid):
                reader.add(("cast", source, target), CastSpec(method, CONTEXTS[context]), ("pg_cast", oid))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        source, target = fact.id[1:]
        sql = f"CREATE CAST ({source} AS {target}) {fact.spec.method}{fact.spec.context}"
        return [Step(sql, f"create cast from {source} to {target}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        source, target = fact.id[1:]
        return [Step(f"DROP CAST ({source} AS {target})", f"drop cast from {source} to {target}")]
