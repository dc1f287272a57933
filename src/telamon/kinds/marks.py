"""What a table says of one of its indexes: replica identity and the index it is clustered on."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.table import alter_table
from telamon.quote import ident


class ReplicaIdentitySpec(Struct, frozen=True):
    """
    Args:
        words: FULL, NOTHING, or "" with an index.
        index: the index, or the constraint that it serves.
    """

    words: str
    index: Id | None


class ClusterSpec(Struct, frozen=True):
    index: Id


class Mark(Kind):
    """A property of a table that is set with one clause of ALTER TABLE and taken back with another."""

    leaf = True

    survives = frozenset({"typmod", "type"})
    nothing: str

    def clause(self, fact: Fact) -> str:
        """What follows ALTER TABLE x."""
        raise NotImplementedError

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, self.clause(fact), ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, self.nothing, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.create(new, ctx)

    def set(self, fact: Fact, clause: str, ctx: Context) -> list[Step]:
        what = self.name.replace("_", " ")
        return [Step(f"{alter_table(ctx, fact.id)} {clause}", f"set {what} of table {fact.id[2]}")]


class ReplicaIdentity(Mark):
    name = "replica_identity"
    rank = 57
    nothing = "REPLICA IDENTITY DEFAULT"

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE '' END,
                   CASE WHEN c.relreplident = 'i' THEN (SELECT i.indexrelid::int8 FROM pg_catalog.pg_index i
                                                         WHERE i.indrelid = c.oid AND i.indisreplident) END
              FROM pg_catalog.pg_class c
             WHERE c.relreplident <> 'd' AND c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
               AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, words, index_oid in rows:
            table = reader.find("pg_class", oid)
            index = reader.find("pg_class", index_oid) if index_oid else None
            # When the index is gone, nothing can be said of it, and pg_dump says nothing.
            if table is not None and (words or index):
                spec = ReplicaIdentitySpec(words, index)
                reader.add((self.name, *table[1:]), spec, parent=table, needs=[index])

    def clause(self, fact: Fact) -> str:
        spec: ReplicaIdentitySpec = fact.spec
        return f"REPLICA IDENTITY {f'USING INDEX {ident(spec.index[-1])}' if spec.index else spec.words}"


class Cluster(Mark):
    name = "cluster"
    rank = 57
    nothing = "SET WITHOUT CLUSTER"

    def query(self, server: Server) -> str:
        return f"""
            SELECT i.indrelid::int8, i.indexrelid::int8
              FROM pg_catalog.pg_index i WHERE i.indisclustered AND {server.of_relations("i.indrelid")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, index_oid in rows:
            table, index = reader.find("pg_class", oid), reader.find("pg_class", index_oid)
            if table is not None and index is not None:
                reader.add((self.name, *table[1:]), ClusterSpec(index), parent=table, needs=[index])

    def clause(self, fact: Fact) -> str:
        return f"CLUSTER ON {ident(fact.spec.index[-1])}"
