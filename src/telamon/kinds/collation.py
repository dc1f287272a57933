"""Collations. A changed one is moved away and built anew under the columns that use it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.types import swap_type
from telamon.kinds.written import Options, as_options, decoded, option_list, options


class CollationSpec(Struct, frozen=True):
    options: Options


class Collation(Kind):
    name = "collation"
    present = made("pg_collation")
    rank = 5
    swaps = True

    def query(self, server: Server) -> str:
        locale = server.since(17, "c.colllocale", server.since(15, "c.colliculocale", "NULL"))
        # One locale where the provider has one, or where both halves of libc's are the same; as pg_dump does.
        one = f"coalesce({locale}, CASE WHEN c.collcollate = c.collctype THEN c.collcollate END)"
        listed = options(
            ("PROVIDER", decoded("c.collprovider", b="builtin", i="icu", c="libc")),
            ("DETERMINISTIC", "CASE WHEN NOT c.collisdeterministic THEN 'false' END"),
            ("LOCALE", f"pg_catalog.quote_literal({one})"),
            ("LC_COLLATE", f"CASE WHEN {one} IS NULL THEN pg_catalog.quote_literal(c.collcollate) END"),
            ("LC_CTYPE", f"CASE WHEN {one} IS NULL THEN pg_catalog.quote_literal(c.collctype) END"),
            ("RULES", f"pg_catalog.quote_literal({server.since(16, 'c.collicurules', 'NULL')})"),
        )
        return f"""
            SELECT c.oid::int8, n.nspname, c.collname, {listed}
              FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
             WHERE c.collnamespace IN {server.namespaces}
               AND c.collencoding IN (-1, (SELECT encoding FROM pg_catalog.pg_database
                                            WHERE datname = pg_catalog.current_database()))"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, given in rows:
            if not reader.is_member("pg_collation", oid):
                id = ("collation", schema, name)
                reader.add(id, CollationSpec(as_options(given)), ("pg_collation", oid), needs=[("schema", schema)])

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("collation name", *fact.id[1:]),)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"CREATE COLLATION {ctx.name(*fact.id[1:])} (\n  {option_list(fact.spec.options)}\n)"
        return [Step(sql, f"create collation {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP COLLATION {ctx.name(*fact.id[1:])}", f"drop collation {fact.id[2]}")]

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        return swap_type(fact, ctx, "COLLATION")
