"""Transforms: how a type's values are handed to a procedural language, and back."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.written import called
from telamon.quote import ident


class TransformSpec(Struct, frozen=True):
    from_sql: str | None
    to_sql: str | None


class Transform(Kind):
    name = "transform"
    present = made("pg_transform")
    rank = 61

    def query(self, server: Server) -> str:
        return f"""
            SELECT t.oid::int8, pg_catalog.format_type(t.trftype, NULL), l.lanname, {called("t.trffromsql", server)},
                   {called("t.trftosql", server)}
              FROM pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang
             WHERE t.oid >= 16384"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, type, language, from_sql, to_sql in rows:
            if not reader.is_member("pg_transform", oid):
                reader.add(("transform", type, language), TransformSpec(from_sql, to_sql), ("pg_transform", oid))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return [self.define("CREATE", fact)]

    def define(self, verb: str, fact: Fact) -> Step:
        _, type, language = fact.id
        ways = (("FROM", fact.spec.from_sql), ("TO", fact.spec.to_sql))
        listed = ", ".join(f"{way} SQL WITH FUNCTION {name}" for way, name in ways if name)
        sql = f"{verb} TRANSFORM FOR {type} LANGUAGE {ident(language)} ({listed})"
        return Step(sql, f"{verb.split()[-1].lower()} transform of {type} for {language}")

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        _, type, language = fact.id
        sql = f"DROP TRANSFORM FOR {type} LANGUAGE {ident(language)}"
        return [Step(sql, f"drop transform of {type} for {language}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return [self.define("CREATE OR REPLACE", new)]
