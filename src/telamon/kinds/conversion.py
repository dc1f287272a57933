"""Conversions between encodings."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.written import function
from telamon.quote import literal


class ConversionSpec(Struct, frozen=True):
    source: str
    target: str
    function: str
    default: bool


class Conversion(Kind):
    name = "conversion"
    present = made("pg_conversion")
    rank = 60

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, n.nspname, c.conname, pg_catalog.pg_encoding_to_char(c.conforencoding),
                   pg_catalog.pg_encoding_to_char(c.contoencoding), {function("c.conproc", server)}, c.condefault
              FROM pg_catalog.pg_conversion c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
             WHERE c.connamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, *rest in rows:
            if not reader.is_member("pg_conversion", oid):
                id = ("conversion", schema, name)
                reader.add(id, ConversionSpec(*rest), ("pg_conversion", oid), needs=[("schema", schema)])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: ConversionSpec = fact.spec
        sql = (
            f"CREATE {'DEFAULT ' if spec.default else ''}CONVERSION {ctx.name(*fact.id[1:])}"
            f" FOR {literal(spec.source)} TO {literal(spec.target)} FROM {spec.function}"
        )
        return [Step(sql, f"create conversion {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP CONVERSION {ctx.name(*fact.id[1:])}", f"drop conversion {fact.id[2]}")]
