"""Extensions. Their member objects are theirs: no other kind sees them. Each server says which version it has.

As pg_dump does, plans create the version that a server gives by itself; where another one was asked for, it is named.
"""

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
    reaches = True  # its types and functions are written with its schema

    def query(self, server: Server) -> str:
        # The function reads a file for each extension of the installation: not for the one that everybody has.
        usual = (
            "SELECT name, default_version FROM pg_catalog.pg_available_extensions()"
            " WHERE EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql')"
        )
        return f"""
            SELECT e.oid::int8, e.extname, n.nspname, e.extrelocatable, nullif(e.extversion, a.default_version),
                   a.default_version
              FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
              LEFT JOIN ({usual}) a ON a.name = e.extname"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, schema, relocatable, other, usual in rows:
            needs = [("schema", schema)]
            reader.add(("extension", name), ExtensionSpec(schema, relocatable), ("pg_extension", oid), needs=needs)
            if other and usual:
                reader.leave(f"version {other} of extension {name}, whose usual version on this server is {usual}")

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
