"""Composite types and their attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.types import swap_type, type_names
from telamon.quote import ident


@dataclass(frozen=True, slots=True)
class CompositeSpec:
    """A composite type is its attributes, in their order.

    Args:
        attributes: their names; the order is the order of the values in a row.
    """

    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    type: str
    collation: tuple[str, str] | None


class Composite(Kind):
    name = "composite"
    rank = 14
    swaps = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, n.nspname, c.relname, c.reltype::int8, t.typarray::int8,
                   ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_type t ON t.oid = c.reltype
             WHERE c.relkind = 'c' AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Sequence[Row]) -> None:
        for oid, schema, name, reltype, array, attributes in rows:
            if reader.is_member("pg_type", reltype) or reader.is_member("pg_class", oid):
                continue
            id = ("composite", schema, name)
            reader.add(id, CompositeSpec(tuple(attributes)), ("pg_class", oid), needs=[("schema", schema)])
            reader.alias("pg_type", reltype, id)
            reader.alias("pg_type", array, id)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return ("relation name", *fact.id[1:]), *type_names(fact)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        from telamon.kinds import inline

        body = ", ".join(inline(child, ctx) for child in ctx.folded.get(fact.id, ()))
        return [Step(f"CREATE TYPE {ctx.name(*fact.id[1:])} AS ({body})", f"create composite type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP TYPE {ctx.name(*fact.id[1:])}", f"drop composite type {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        # Attributes are dropped and added by themselves, at the end; any other order needs the type built anew.
        kept = tuple(name for name in old.spec.attributes if name in new.spec.attributes)
        return [] if new.spec.attributes[: len(kept)] == kept else None

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        return swap_type(fact, ctx, "TYPE")


class Attribute(Kind):
    name = "attribute"
    rank = 15
    folds = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT a.attrelid::int8, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                   a.atttypid::int8,
                   CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::int8 END
              FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
              JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
             WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Sequence[Row]) -> None:
        for relation, number, name, type, type_oid, collation in rows:
            parent = reader.find("pg_class", relation)
            if parent is None:
                continue
            spec = AttributeSpec(type, reader.name_of("pg_collation", collation) if collation else None)
            needs = [reader.find("pg_type", type_oid)]
            id, address = ("attribute", *parent[1:], name), ("pg_class", relation, number)
            reader.add(id, spec, address, parent=parent, needs=needs, order=number)

    def inline(self, fact: Fact, ctx: Context) -> str:
        collation = f" COLLATE {ctx.name(*fact.spec.collation)}" if fact.spec.collation else ""
        return f"{ident(fact.id[3])} {fact.spec.type}{collation}"

    def head(self, fact: Fact, ctx: Context) -> str:
        return f"ALTER TYPE {ctx.name(*fact.id[1:3])}"

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"{self.head(fact, ctx)} ADD ATTRIBUTE {self.inline(fact, ctx)}"
        return [Step(sql, f"add attribute {fact.id[3]} to type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"{self.head(fact, ctx)} DROP ATTRIBUTE {ident(fact.id[3])}"
        loss = f"attribute {fact.id[3]} of all values of type {'.'.join(fact.id[1:3])}"
        return [Step(sql, f"drop attribute {fact.id[3]} of type {fact.id[2]}", loss=loss)]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        collation = f" COLLATE {ctx.name(*new.spec.collation)}" if new.spec.collation else ""
        sql = f"{self.head(new, ctx)} ALTER ATTRIBUTE {ident(new.id[3])} TYPE {new.spec.type}{collation}"
        return [Step(sql, f"alter attribute {new.id[3]} of type {new.id[2]}")]

    def disturbance(self, old: Fact, new: Fact) -> str:
        return "type"
