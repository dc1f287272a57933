"""Extended statistics objects."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.quote import ident

WORDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv"}


class StatisticsSpec(Struct, frozen=True):
    """
    Args:
        relation: the table or materialized view.
        kinds: which statistics are kept; all when empty.
        columns: sorted; the server keeps them in the table's order, which says nothing about the object.
        expressions: as the server writes them, in order.
        target: the statistics target; None for the default.
    """

    relation: Id
    kinds: tuple[str, ...]
    columns: tuple[str, ...]
    expressions: tuple[str, ...]
    target: int | None


class Statistics(Kind):
    name = "statistics"
    leaf = True
    present = made("pg_statistic_ext")
    rank = 58
    survives = frozenset({"typmod", "type"})

    def query(self, server: Server) -> str:
        return f"""
            SELECT s.oid::int8, n.nspname, s.stxname, s.stxrelid::int8, s.stxkind::text[],
                   ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys) ORDER BY 1),
                   pg_catalog.pg_get_statisticsobjdef_expressions(s.oid), nullif(s.stxstattarget, -1)
              FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
             WHERE s.stxnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, relation, letters, columns, expressions, target in rows:
            table = reader.find("pg_class", relation)
            if table is not None and not reader.is_member("pg_statistic_ext", oid):
                kinds = tuple(word for letter, word in WORDS.items() if letter in letters)
                kinds = () if len(kinds) == len(WORDS) else kinds
                spec = StatisticsSpec(table, kinds, tuple(columns), tuple(expressions or ()), target)
                id, needs = (self.name, schema, name), [("schema", schema)]
                reader.add(id, spec, ("pg_statistic_ext", oid), parent=table, needs=needs, order=oid)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("statistics name", *fact.id[1:]),)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: StatisticsSpec = fact.spec
        kinds = f" ({', '.join(spec.kinds)})" if spec.kinds else ""
        listed = ", ".join([*(ident(column) for column in spec.columns), *(f"({text})" for text in spec.expressions)])
        sql = f"CREATE STATISTICS {ctx.name(*fact.id[1:])}{kinds} ON {listed} FROM {ctx.name(*spec.relation[1:])}"
        steps = [Step(sql, f"create statistics {fact.id[2]}")]
        return steps if fact.spec.target is None else steps + self.aim(fact, ctx)

    def aim(self, fact: Fact, ctx: Context) -> list[Step]:
        target = -1 if fact.spec.target is None else fact.spec.target
        sql = f"ALTER STATISTICS {ctx.name(*fact.id[1:])} SET STATISTICS {target}"
        return [Step(sql, f"set target of statistics {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP STATISTICS {ctx.name(*fact.id[1:])}", f"drop statistics {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.aim(new, ctx) if replace(old.spec, target=new.spec.target) == new.spec else None
