"""Procedural languages that belong to no extension."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.written import function
from telamon.quote import ident


class LanguageSpec(Struct, frozen=True):
    trusted: bool
    handler: str
    inline: str | None
    validator: str | None


class Language(Kind):
    name = "language"
    present = made("pg_language")
    rank = 6

    def query(self, server: Server) -> str:
        return f"""
            SELECT l.oid::int8, l.lanname, l.lanpltrusted, {function("l.lanplcallfoid", server)},
                   {function("l.laninline", server)}, {function("l.lanvalidator", server)}
              FROM pg_catalog.pg_language l WHERE l.oid >= 16384 AND l.lanispl"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, *rest in rows:
            if not reader.is_member("pg_language", oid):
                reader.add(("language", name), LanguageSpec(*rest), ("pg_language", oid))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return [self.define("CREATE", fact)]

    def define(self, verb: str, fact: Fact) -> Step:
        spec: LanguageSpec = fact.spec
        words = [f"{verb} {'TRUSTED ' if spec.trusted else ''}LANGUAGE {ident(fact.id[1])} HANDLER {spec.handler}"]
        if spec.inline:
            words.append(f"INLINE {spec.inline}")
        if spec.validator:
            words.append(f"VALIDATOR {spec.validator}")
        return Step(" ".join(words), f"{verb.split()[-1].lower()} language {fact.id[1]}")

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP LANGUAGE {ident(fact.id[1])}", f"drop language {fact.id[1]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return [self.define("CREATE OR REPLACE", new)]
