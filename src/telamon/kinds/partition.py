"""Partitions: which table belongs to which partitioned table with which bounds; and the same for their indexes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.inheritance import changes, cut
from telamon.kinds.table import TABLES


class PartitionSpec(Struct, frozen=True):
    of: Id
    bound: str


class IndexPartitionSpec(Struct, frozen=True):
    """
    Args:
        of: the partitioned index, or the constraint that it serves.
        index: the partition's.
    """

    of: Id
    index: Id


KEYS = ("primary_key", "unique", "index")
"""Kinds of what a foreign key leans on."""

MATCHED = ("column", "primary_key", "unique", "exclusion", "check", "index")
"""Parts that attaching looks for. Others concern rows, which are there only when a table is attached."""


def parted(table: Id, ctx: Context) -> bool:
    """Whether the plan detaches a partition that stays, for good or to attach it anew."""
    link = ctx.old.get(("partition", *table[1:3]))
    after = ctx.new.get(table)
    if link is None or after is None:
        return False
    if table in ctx.created:
        return link.spec.of not in ctx.swapped
    return link.id not in ctx.new.facts or ctx.new.facts[link.id].spec != link.spec or link.id in ctx.created


@lru_cache(maxsize=4)
def links_to(catalog: Catalog) -> dict[Id, list[Id]]:
    """By partitioned table, and by index of one or constraint that it serves: the links of its partitions to it."""
    found: dict[Id, list[Id]] = defaultdict(list)
    for fact in catalog:
        if fact.kind in ("partition", "index_partition"):
            found[fact.spec.of].append(fact.id)
    return found


def links_below(table: Id, catalog: Catalog) -> Iterator[Id]:
    """The links of all partitions of a table, and of theirs."""
    for link in links_to(catalog).get(table, ()):
        yield link
        yield from links_below(("table", *link[1:]), catalog)


def wholes(table: Id, catalog: Catalog) -> Iterator[Id]:
    """The partitioned tables that a table is a partition of, the nearest first."""
    while link := catalog.get(("partition", *table[1:])):
        yield (table := link.spec.of)


@lru_cache(maxsize=4)
def referring(catalog: Catalog) -> dict[Id, list[Id]]:
    """By table: the foreign keys to it."""
    found: dict[Id, list[Id]] = defaultdict(list)
    for fact in catalog:
        if fact.kind == "foreign_key":
            for table in {catalog.facts[need].parent for need in fact.needs if need[0] in KEYS}:
                found[table or fact.id].append(fact.id)
    return found


def index_grip(table: Id, taker: Id, ctx: Context) -> str:
    """How the drop of `taker` takes an index along: that of a partition hangs on its parent's, and never goes alone."""
    if taker[0] not in ("primary_key", "unique", "exclusion", "index"):
        return "loose"
    return "" if parted(table, ctx) else "firm"


def hangs(part: Fact, ctx: Context) -> bool:
    """Whether an index of a partition, or its constraint's, hangs on its whole's, and cannot go before that is left."""
    return ("index_partition", part.id[1], part.id[-1]) in ctx.old.facts


class Partition(Kind):
    name = "partition"
    present = "SELECT FROM pg_catalog.pg_inherits"
    rank = 55
    before_rows = links = remade = True
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, i.inhparent::int8, pg_catalog.pg_get_expr(c.relpartbound, c.oid),
                   CASE WHEN c.relkind = 'p' THEN
                     ARRAY(SELECT ARRAY[n.nspname::text, x.relname::text]
                             FROM pg_catalog.pg_index own JOIN pg_catalog.pg_inherits j ON j.inhparent = own.indexrelid
                             JOIN pg_catalog.pg_class x ON x.oid = j.inhrelid
                             JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
                            WHERE own.indrelid = c.oid AND own.indisvalid) END
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
             WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
               AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, parent, bound, indexes in rows:
            table, of = reader.find("pg_class", oid), reader.find("pg_class", parent)
            if table is not None and of is not None:
                # What the parent has must be there first, so that attaching it finds it instead of making it.
                # And its columns must have their types, which are compared.
                id = ("partition", *table[1:])
                reader.require_parts(id, table, MATCHED)
                reader.require_parts(id, of, ("column",))
                # Its indexes are matched with its parent's only when they have those of its own partitions.
                needs = [of, *(("index_partition", *path) for path in indexes or ())]
                reader.add(id, PartitionSpec(of, bound), parent=table, needs=needs)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: PartitionSpec = fact.spec
        sql = f"ALTER TABLE ONLY {ctx.name(*spec.of[1:])} ATTACH PARTITION {ctx.name(*fact.id[1:])} {spec.bound}"
        return [Step(sql, f"attach partition {fact.id[2]} to {spec.of[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        stays = fact.parent in ctx.new.facts and fact.parent not in ctx.created
        if fact.spec.of in ctx.swapped and not stays:
            return []  # its rows are copied through the old partitioned table, with which it goes
        sql = f"ALTER TABLE {ctx.name(*fact.spec.of[1:])} DETACH PARTITION {ctx.name(*fact.id[1:])}"
        return [Step(sql, f"detach partition {fact.id[2]} from {fact.spec.of[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if cut(new.parent or new.id, ctx):
            return None  # all are detached before any is attached, since their bounds may change places
        return self.drop(old, ctx) + self.create(new, ctx)

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        if operation not in ("create", "alter"):
            return [], []
        # What its whole gets from above, and loses, it has only when that is done; and it is attached anew when the
        # parts that go from both are gone.
        both = [fact.parent or fact.id, fact.spec.of] if operation == "alter" else []
        parts = [part for table in both for part in ctx.old.children(table) if part.kind in MATCHED]
        above = [("drop", part.id) for part in parts if not (part.parent == fact.parent and hangs(part, ctx))]
        above += [node for whole in wholes(fact.spec.of, ctx.new) for node in changes(whole, ctx)]
        return above, []

    def upsets(self, fact: Fact, ctx: Context) -> list[Id]:
        """The foreign keys to all that it is a part of: PostgreSQL detaches nothing whose rows they hold on to."""
        return [key for whole in wholes(fact.id, ctx.old) for key in referring(ctx.old).get(whole, ())]

    def grip(self, fact: Fact, taker: Id, ctx: Context) -> str:
        # A foreign key that stays must let go of a partition before that is dropped.
        return "" if any(id in ctx.new.facts and id not in ctx.created for id in self.upsets(fact, ctx)) else "loose"

    def turn(self, fact: Fact, ctx: Context) -> Id | None:
        of: Id = fact.spec.of
        return None if of in ctx.created else ("partitions", *of[1:])


class IndexPartition(Kind):
    name = "index_partition"
    present = "SELECT FROM pg_catalog.pg_inherits"
    rank = 56
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return "SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits"

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, parent in rows:
            index, of = reader.find("pg_class", oid), reader.find("pg_class", parent)
            if index is not None and of is not None and index[0] not in TABLES:
                table = reader.parent(index)
                relation = ("partition", *table[1:]) if table else None
                id, needs = ("index_partition", index[1], index[-1]), [of, index, relation]
                reader.add(id, IndexPartitionSpec(of, index), parent=index, needs=needs)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: IndexPartitionSpec = fact.spec
        above = ctx.name(spec.of[1], spec.of[-1])
        sql = f"ALTER INDEX {above} ATTACH PARTITION {ctx.name(*fact.id[1:])}"
        return [Step(sql, f"attach index {fact.id[2]} to {spec.of[-1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return []
