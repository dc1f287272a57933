"""DEPENDS ON EXTENSION: functions, triggers, materialized views and indexes that go when an extension goes."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, title
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.naming import described
from telamon.quote import ident


class ExtensionDependencySpec(Struct, frozen=True):
    """There is nothing to say but that it is so."""


class ExtensionDependency(Kind):
    """The path ends with the extension."""

    name = "extension_dependency"
    rank = 84
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return """
            SELECT c.relname, d.objid::int8, e.extname
              FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.classid
              JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
             WHERE d.deptype = 'x' AND d.refclassid = 'pg_catalog.pg_extension'::regclass"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for catalog, oid, extension in rows:
            found = reader.described(catalog, oid, 0)
            if found is not None:
                target, parent = found
                needs = [("extension", extension)]
                reader.add((self.name, *target, extension), ExtensionDependencySpec(), parent=parent, needs=needs)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, "DEPENDS", ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, "NO DEPENDS", ctx)

    def set(self, fact: Fact, words: str, ctx: Context) -> list[Step]:
        target, extension = fact.id[1:-1], fact.id[-1]
        sql = f"ALTER {described(target, ctx)} {words} ON EXTENSION {ident(extension)}"
        return [Step(sql, f"let {title(target)} {words.lower().replace('depends', 'depend')} on extension {extension}")]
