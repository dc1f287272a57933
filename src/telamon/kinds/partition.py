"""Partitions: which table belongs to which partitioned table with which bounds; and the same for their indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step


@dataclass(frozen=True, slots=True)
class PartitionSpec:
    of: Id
    bound: str


@dataclass(frozen=True, slots=True)
class IndexPartitionSpec:
    """
    Args:
        of: the partitioned index, or the constraint that it serves.
        index: the partition's.
    """

    of: Id
    index: Id


class Partition(Kind):
    name = "partition"
    present = "SELECT FROM pg_catalog.pg_inherits"
    rank = 55
    before_rows = True
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, i.inhparent::int8, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
             WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
               AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Sequence[Row]) -> None:
        for oid, parent, bound in rows:
            table, of = reader.find("pg_class", oid), reader.find("pg_class", parent)
            if table is not None and of is not None:
                # What the parent has must be there first, so that attaching it finds it instead of making it.
                # And its columns must have their types, which are compared.
                needs = [of, *reader.parts(table), *(part for part in reader.parts(of) if part[0] == "column")]
                reader.add(("partition", *table[1:]), PartitionSpec(of, bound), parent=table, needs=needs)

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
        return self.drop(old, ctx) + self.create(new, ctx)


class IndexPartition(Kind):
    name = "index_partition"
    present = "SELECT FROM pg_catalog.pg_inherits"
    rank = 56
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, n.nspname, c.relname, i.inhparent::int8
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('i', 'I') AND c.relispartition AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Sequence[Row]) -> None:
        for oid, schema, name, parent in rows:
            index, of = reader.find("pg_class", oid), reader.find("pg_class", parent)
            if index is not None and of is not None:
                table = reader.parent(index)
                relation = ("partition", *table[1:]) if table else None
                needs = [of, index, relation]
                reader.add(("index_partition", schema, name), IndexPartitionSpec(of, index), parent=index, needs=needs)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: IndexPartitionSpec = fact.spec
        above = ctx.name(spec.of[1], spec.of[-1])
        sql = f"ALTER INDEX {above} ATTACH PARTITION {ctx.name(*fact.id[1:])}"
        return [Step(sql, f"attach index {fact.id[2]} to {spec.of[-1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return []
