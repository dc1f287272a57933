"""Whether a partition's trigger fires, where that differs from the partitioned table's trigger that it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.table import alter_table
from telamon.kinds.trigger import STATES
from telamon.quote import ident


class TriggerStateSpec(Struct, frozen=True):
    """
    Args:
        enabled: its own state.
        above: the state above it.
        definition: of the trigger above. Both are handed down when they change, and overwrite this one's state.
    """

    enabled: str
    above: str
    definition: str


class TriggerState(Kind):
    name = "trigger_state"
    leaf = True
    present = made("pg_trigger")
    rank = 64
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return f"""
            SELECT t.tgrelid::int8, t.tgname, t.tgenabled::text, p.tgenabled::text, pg_catalog.pg_get_triggerdef(p.oid),
                   ARRAY(SELECT a.oid::int8 FROM pg_catalog.pg_partition_ancestors(t.tgrelid) r
                           JOIN pg_catalog.pg_trigger a ON a.tgrelid = r AND a.tgname = t.tgname AND a.oid <> t.oid),
                   ARRAY(SELECT r::oid::int8 FROM pg_catalog.pg_partition_ancestors(t.tgrelid) r WHERE r <> t.tgrelid)
              FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_trigger p ON p.oid = t.tgparentid
             WHERE t.tgparentid <> 0 AND t.tgenabled <> p.tgenabled AND {server.of_relations("t.tgrelid")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for relation, name, enabled, above, definition, triggers, ancestors in rows:
            table = reader.find("pg_class", relation)
            if table is None:
                continue
            needs = [found for oid in triggers if (found := reader.find("pg_trigger", oid))]
            if not needs:
                continue  # PostgreSQL's own, of a foreign key
            needs += [(self.name, *up[1:], name) for oid in ancestors if (up := reader.find("pg_class", oid))]
            needs.append(("partition", *table[1:]))
            spec = TriggerStateSpec(enabled, above, definition)
            reader.add((self.name, *table[1:], name), spec, parent=table, needs=needs)

    def set(self, fact: Fact, state: str, ctx: Context) -> list[Step]:
        sql = f"{alter_table(ctx, fact.id, only=True)} {STATES[state]} TRIGGER {ident(fact.id[3])}"
        return [Step(sql, f"{STATES[state].lower()} trigger {fact.id[3]} on partition {fact.id[2]}")]

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, fact.spec.enabled, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, fact.spec.above, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.create(new, ctx)
