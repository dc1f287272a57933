"""Extended statistics objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step


@dataclass(frozen=True, slots=True)
class StatisticsSpec:
    """
    Args:
        definition: as `pg_get_statisticsobjdef` writes it.
        target: the statistics target; None for the default.
    """

    definition: str
    target: int | None


class Statistics(Kind):
    name = "statistics"
    rank = 58
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return f"""
            SELECT s.oid::int8, n.nspname, s.stxname, s.stxrelid::int8, pg_catalog.pg_get_statisticsobjdef(s.oid),
                   nullif(s.stxstattarget, -1)
              FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
             WHERE s.stxnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Sequence[Row]) -> None:
        for oid, schema, name, relation, definition, target in rows:
            table = reader.find("pg_class", relation)
            if table is not None and not reader.is_member("pg_statistic_ext", oid):
                spec, address = StatisticsSpec(definition, target), ("pg_statistic_ext", oid)
                id, needs = (self.name, schema, name), [("schema", schema)]
                reader.add(id, spec, address, parent=table, needs=needs, order=oid)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("statistics name", *fact.id[1:]),)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        steps = [Step(fact.spec.definition, f"create statistics {fact.id[2]}")]
        return steps if fact.spec.target is None else steps + self.aim(fact, ctx)

    def aim(self, fact: Fact, ctx: Context) -> list[Step]:
        target = -1 if fact.spec.target is None else fact.spec.target
        sql = f"ALTER STATISTICS {ctx.name(*fact.id[1:])} SET STATISTICS {target}"
        return [Step(sql, f"set target of statistics {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP STATISTICS {ctx.name(*fact.id[1:])}", f"drop statistics {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.aim(new, ctx) if replace(old.spec, target=new.spec.target) == new.spec else None
