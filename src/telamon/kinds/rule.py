"""Rewrite rules, and whether they fire. The `_RETURN` rule of a view is the view."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.table import alter_table
from telamon.kinds.trigger import STATES
from telamon.quote import ident


class RuleSpec(Struct, frozen=True):
    definition: str
    enabled: str


class Rule(Kind):
    name = "rule"
    remade = True
    leaf = True
    present = f"{made('pg_rewrite')} AND rulename <> '_RETURN'"
    after_rows = True
    rank = 61

    def query(self, server: Server) -> str:
        return f"""
            SELECT r.oid::int8, r.ev_class::int8, r.rulename, pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled::text
              FROM pg_catalog.pg_rewrite r
             WHERE r.rulename <> '_RETURN' AND {server.of_relations("r.ev_class")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, relation, name, definition, enabled in rows:
            table = reader.find("pg_class", relation)
            if table is not None:
                spec = RuleSpec(definition.rstrip().removesuffix(";"), enabled)
                reader.add(("rule", *table[1:], name), spec, ("pg_rewrite", oid), parent=table)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        steps = [Step(fact.spec.definition, f"create rule {fact.id[3]} on {fact.id[2]}")]
        return steps if fact.spec.enabled == "O" else steps + self.state(fact, ctx)

    def state(self, fact: Fact, ctx: Context) -> list[Step]:
        word = STATES[fact.spec.enabled]
        sql = f"{alter_table(ctx, fact.id)} {word} RULE {ident(fact.id[3])}"
        return [Step(sql, f"{word.lower()} rule {fact.id[3]} on {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP RULE {ident(fact.id[3])} ON {ctx.name(*fact.id[1:3])}"
        return [Step(sql, f"drop rule {fact.id[3]} on {fact.id[2]}")]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"ALTER RULE {ident(fact.id[3])} ON {ctx.name(*fact.id[1:3])} RENAME TO {ident(name)}"
        return Step(sql, f"rename rule {fact.id[3]} on {fact.id[2]} to {name}")

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        steps = []
        if old.spec.definition != new.spec.definition:
            # CREATE OR REPLACE leaves the state as it was.
            sql = new.spec.definition.replace("CREATE RULE", "CREATE OR REPLACE RULE", 1)
            steps.append(Step(sql, f"replace rule {new.id[3]} on {new.id[2]}"))
        return steps if old.spec.enabled == new.spec.enabled else steps + self.state(new, ctx)
