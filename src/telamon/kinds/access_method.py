"""Access methods of tables and indexes."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.written import function
from telamon.quote import ident


class AccessMethodSpec(Struct, frozen=True):
    """
    Args:
        type: TABLE or INDEX.
    """

    type: str
    handler: str


class AccessMethod(Kind):
    name = "access_method"
    present = made("pg_am")
    rank = 4

    def query(self, server: Server) -> str:
        return f"""
            SELECT a.oid::int8, a.amname, CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END,
                   {function("a.amhandler", server)}
              FROM pg_catalog.pg_am a WHERE a.oid >= 16384"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, type, handler in rows:
            if not reader.is_member("pg_am", oid):
                reader.add(("access_method", name), AccessMethodSpec(type, handler), ("pg_am", oid))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"CREATE ACCESS METHOD {ident(fact.id[1])} TYPE {fact.spec.type} HANDLER {fact.spec.handler}"
        return [Step(sql, f"create access method {fact.id[1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP ACCESS METHOD {ident(fact.id[1])}", f"drop access method {fact.id[1]}")]
