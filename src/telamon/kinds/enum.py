"""Enumerated types. Labels are added in place; any other change rebuilds the type under every column that uses it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.types import swap_type, type_names
from telamon.quote import literal


class EnumSpec(Struct, frozen=True):
    labels: tuple[str, ...]


class Enum(Kind):
    name = "enum"
    present = "SELECT FROM pg_catalog.pg_type WHERE typtype = 'e' AND oid >= 16384"
    rank = 10
    swaps = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT t.oid::int8, n.nspname, t.typname, t.typarray::int8,
                   ARRAY(SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder)
              FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
             WHERE t.typtype = 'e' AND t.typnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, array, labels in rows:
            if reader.is_member("pg_type", oid):
                continue
            id = ("enum", schema, name)
            reader.add(id, EnumSpec(tuple(labels)), ("pg_type", oid), needs=[("schema", schema)])
            reader.alias("pg_type", array, id)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return type_names(fact)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        labels = ", ".join(literal(label) for label in fact.spec.labels)
        return [Step(f"CREATE TYPE {ctx.name(*fact.id[1:])} AS ENUM ({labels})", f"create enum type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP TYPE {ctx.name(*fact.id[1:])}", f"drop enum type {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        have, want = list(old.spec.labels), new.spec.labels
        if [label for label in want if label in have] != have:
            return None
        steps = []
        for index, label in enumerate(want):
            if label in have:
                continue
            place = f" AFTER {literal(want[index - 1])}" if index else f" BEFORE {literal(have[0])}" if have else ""
            if index and have and want[index - 1] == have[-1]:
                place = ""
            sql = f"ALTER TYPE {ctx.name(*new.id[1:])} ADD VALUE {literal(label)}{place}"
            steps.append(Step(sql, f"add value {label!r} to enum type {new.id[2]}"))
            have.insert(index, label)
        return steps

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        return swap_type(fact, ctx, "TYPE")
