"""Extensions. Their member objects are theirs: no other kind sees them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.quote import ident


class ExtensionSpec(Struct, frozen=True):
    schema: str
    relocatable: bool


class Extension(Kind):
    name = "extension"
    rank = 1

    def query(self, server: Server) -> str:
        return (
            "SELECT e.oid::int8, e.extname, n.nspname, e.extrelocatable FROM pg_catalog.pg_extension e"
            " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
        )

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, schema, relocatable in rows:
            needs = [("schema", schema)]
            reader.add(("extension", name), ExtensionSpec(schema, relocatable), ("pg_extension", oid), needs=needs)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        name, schema = ident(fact.id[1]), fact.spec.schema
        # An extension that makes its own schema, or is bound to pg_catalog, is not told where to go.
        where = f" WITH SCHEMA {ident(schema)}" if ("schema", schema) in ctx.new.facts else ""
        return [Step(f"CREATE EXTENSION {name}{where}", f"create extension {fact.id[1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        loss = "what the extension keeps for itself"
        return [Step(f"DROP EXTENSION {ident(fact.id[1])}", f"drop extension {fact.id[1]}", loss=loss)]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if not old.spec.relocatable:
            return None
        sql = f"ALTER EXTENSION {ident(new.id[1])} SET SCHEMA {ident(new.spec.schema)}"
        return [Step(sql, f"move extension {new.id[1]}")]
