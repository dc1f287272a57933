"""Triggers, and whether they fire. Those that a partition has from its parent are not facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.partition import links_below, wholes
from telamon.kinds.table import alter_table
from telamon.quote import ident

STATES = {"O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


class TriggerSpec(Struct, frozen=True):
    definition: str
    enabled: str
    constraint: bool


class Trigger(Kind):
    name = "trigger"
    remade = True
    leaf = True
    present = made("pg_trigger")
    rank = 62
    after_rows = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT t.oid::int8, t.tgrelid::int8, t.tgname, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled::text,
                   t.tgconstraint::int8
              FROM pg_catalog.pg_trigger t
             WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {server.of_relations("t.tgrelid")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, relation, name, definition, enabled, constraint in rows:
            table = reader.find("pg_class", relation)
            if table is not None and not reader.is_member("pg_trigger", oid):
                spec = TriggerSpec(definition, enabled, constraint != 0)
                reader.add(("trigger", *table[1:], name), spec, ("pg_trigger", oid), parent=table, order=oid)
                if constraint:
                    reader.alias("pg_constraint", constraint, ("trigger", *table[1:], name))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        steps = [Step(fact.spec.definition, f"create trigger {fact.id[3]} on {fact.id[2]}")]
        return steps if fact.spec.enabled == "O" else steps + self.state(fact, ctx)

    def state(self, fact: Fact, ctx: Context) -> list[Step]:
        head, clause = alter_table(ctx, fact.id), f"{STATES[fact.spec.enabled]} TRIGGER {ident(fact.id[3])}"
        comment = f"{STATES[fact.spec.enabled].lower()} trigger {fact.id[3]} on {fact.id[2]}"
        return [Step(f"{head} {clause}", comment, head, clause)]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP TRIGGER {ident(fact.id[3])} ON {ctx.name(*fact.id[1:3])}"
        return [Step(sql, f"drop trigger {fact.id[3]} on {fact.id[2]}")]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"ALTER TRIGGER {ident(fact.id[3])} ON {ctx.name(*fact.id[1:3])} RENAME TO {ident(name)}"
        return Step(sql, f"rename trigger {fact.id[3]} of table {fact.id[2]} to {name}")

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if replace(old.spec, enabled=new.spec.enabled) == new.spec:
            return self.state(new, ctx)
        if old.spec.constraint or new.spec.constraint:
            return None
        sql = new.spec.definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)
        steps = [Step(sql, f"replace trigger {new.id[3]} on {new.id[2]}")]
        # CREATE OR REPLACE leaves the state as it was.
        return steps if old.spec.enabled == new.spec.enabled else steps + self.state(new, ctx)

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        # A partitioned table's trigger has its name on all partitions.
        if operation != "create":
            return [], []
        tables = {fact.parent, *partition_family(fact.parent or fact.id, ctx.old)}
        others = (id for id in of_name(ctx.old).get(fact.id[3], ()) if ctx.old.facts[id].parent in tables)
        return [("drop", id) for id in others if id != fact.id], []


@lru_cache(maxsize=4)
def of_name(catalog: Catalog) -> dict[str, list[Id]]:
    """The triggers by name."""
    found: dict[str, list[Id]] = defaultdict(list)
    for fact in catalog:
        if fact.kind == "trigger":
            found[fact.id[3]].append(fact.id)
    return found


def partition_family(table: Id, catalog: Catalog) -> Iterator[Id]:
    """The tables that a table is a partition of, and its own partitions, at any distance."""
    yield from (catalog.facts[link].parent or link for link in links_below(table, catalog))
    yield from wholes(table, catalog)
