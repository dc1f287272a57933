"""Schemas."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.quote import ident


class SchemaSpec(Struct, frozen=True):
    """A schema has nothing but its name."""


class Schema(Kind):
    name = "schema"
    rank = 0

    def query(self, server: Server) -> str:
        return f"SELECT oid::int8, nspname FROM pg_catalog.pg_namespace WHERE oid IN {server.namespaces}"

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name in rows:
            if not reader.is_member("pg_namespace", oid):
                reader.add(("schema", name), SchemaSpec(), ("pg_namespace", oid))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"CREATE SCHEMA {ident(fact.id[1])}", f"create schema {fact.id[1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP SCHEMA {ident(fact.id[1])}", f"drop schema {fact.id[1]}")]
