"""Aggregates: ordinary, ordered-set, hypothetical-set and moving."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.written import Options, as_options, decoded, function, operator, option_list, options


class AggregateSpec(Struct, frozen=True):
    """
    Args:
        arguments: as CREATE takes them, with ORDER BY and VARIADIC.
        signature: as DROP and COMMENT take them.
        kind: n, o or h, as in `pg_aggregate.aggkind`.
        direct: how many arguments are direct.
    """

    arguments: str
    signature: str
    result: str
    kind: str
    direct: int
    options: Options


def modifies(column: str) -> str:
    """How a final function treats its state, where that is not what it is by default."""
    return (
        f"CASE WHEN a.{column} <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END THEN"
        f" CASE a.{column} WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END"
    )


class Aggregate(Kind):
    name = "aggregate"
    present = "SELECT FROM pg_catalog.pg_aggregate WHERE aggfnoid::oid >= 16384"
    rank = 55

    def query(self, server: Server) -> str:
        def named(column: str) -> str:
            return function(f"a.{column}", server)

        listed = options(
            ("SFUNC", named("aggtransfn")),
            ("STYPE", "pg_catalog.format_type(a.aggtranstype, NULL)"),
            ("SSPACE", "nullif(a.aggtransspace, 0)::text"),
            ("FINALFUNC", named("aggfinalfn")),
            ("FINALFUNC_EXTRA", "CASE WHEN a.aggfinalextra THEN '' END"),
            ("FINALFUNC_MODIFY", modifies("aggfinalmodify")),
            ("COMBINEFUNC", named("aggcombinefn")),
            ("SERIALFUNC", named("aggserialfn")),
            ("DESERIALFUNC", named("aggdeserialfn")),
            ("INITCOND", "pg_catalog.quote_literal(a.agginitval)"),
            ("MSFUNC", named("aggmtransfn")),
            ("MINVFUNC", named("aggminvtransfn")),
            ("MSTYPE", "CASE WHEN a.aggmtranstype <> 0 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END"),
            ("MSSPACE", "nullif(a.aggmtransspace, 0)::text"),
            ("MFINALFUNC", named("aggmfinalfn")),
            ("MFINALFUNC_EXTRA", "CASE WHEN a.aggmfinalextra THEN '' END"),
            ("MFINALFUNC_MODIFY", modifies("aggmfinalmodify")),
            ("MINITCOND", "pg_catalog.quote_literal(a.aggminitval)"),
            ("SORTOP", operator("a.aggsortop", server)),
            ("PARALLEL", decoded("p.proparallel", s="SAFE", r="RESTRICTED")),
            ("HYPOTHETICAL", "CASE WHEN a.aggkind = 'h' THEN '' END"),
        )
        return f"""
            SELECT p.oid::int8, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes),
                   pg_catalog.pg_get_function_arguments(p.oid), pg_catalog.pg_get_function_identity_arguments(p.oid),
                   pg_catalog.format_type(p.prorettype, NULL), a.aggkind::text, a.aggnumdirectargs, {listed}
              FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid
              JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
             WHERE p.pronamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, args, arguments, signature, result, kind, direct, given in rows:
            if reader.is_member("pg_proc", oid):
                continue
            spec = AggregateSpec(arguments or "*", signature or "*", result, kind, direct, as_options(given))
            reader.add(("aggregate", schema, name, args), spec, ("pg_proc", oid), needs=[("schema", schema)])

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("routine name", *fact.id[1:]),)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return [self.define("CREATE", fact, ctx)]

    def define(self, verb: str, fact: Fact, ctx: Context) -> Step:
        given = option_list(fact.spec.options)
        sql = f"{verb} AGGREGATE {ctx.name(*fact.id[1:3])}({fact.spec.arguments}) (\n  {given}\n)"
        return Step(sql, f"{verb.split()[-1].lower()} aggregate {fact.id[2]}")

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP AGGREGATE {ctx.name(*fact.id[1:3])}({fact.spec.signature})"
        return [Step(sql, f"drop aggregate {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if replace(old.spec, options=()) != replace(new.spec, options=()):
            return None
        return [self.define("CREATE OR REPLACE", new, ctx)]
