"""Functions, window functions and procedures. (Aggregates are a kind of their own.)"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Aside, Context, Kind, Reader, Row, Server, Step


class RoutineSpec(Struct, frozen=True):
    """
    Args:
        definition: as `pg_get_functiondef` writes it: CREATE OR REPLACE.
        result: with SETOF and TABLE columns; "" for procedures.
        names: of all arguments; CREATE OR REPLACE cannot change those of given ones.
        modes: of all arguments.
        types: of all arguments, output included.
        defaults: how many arguments have one; CREATE OR REPLACE cannot take one away.
        checked: whether the body is text that the language looks at when the function is created.
        parsed: whether the body is BEGIN ATOMIC or RETURN. Follows from the definition.
    """

    definition: str
    procedure: bool
    result: str
    names: tuple[str, ...]
    modes: tuple[str, ...]
    types: tuple[str, ...]
    defaults: int
    checked: bool
    window: bool
    parsed: Aside[bool] = Aside(False)


TYPES = ("enum", "domain", "composite", "range", "base_type")
"""Kinds of types that a signature may name."""


class Routine(Kind):
    name = "function"
    remade = True
    rank = 54

    def query(self, server: Server) -> str:
        return f"""
            SELECT p.oid::int8, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes),
                   pg_catalog.pg_get_functiondef(p.oid), p.prokind::text,
                   coalesce(pg_catalog.pg_get_function_result(p.oid), ''), p.proargnames, p.proargmodes::text[],
                   ARRAY(SELECT pg_catalog.format_type(u, NULL)
                           FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) AS u),
                   p.pronargdefaults, l.lanname NOT IN ('c', 'internal') AND p.prosqlbody IS NULL,
                   p.prosqlbody IS NOT NULL
              FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
              JOIN pg_catalog.pg_language l ON l.oid = p.prolang
             WHERE p.prokind <> 'a' AND p.pronamespace IN {server.namespaces}
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass
                                  AND d.objid = p.oid AND d.deptype = 'i')"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for (
            oid,
            schema,
            name,
            args,
            definition,
            prokind,
            result,
            names,
            modes,
            types,
            defaults,
            checked,
            parsed,
        ) in rows:
            if reader.is_member("pg_proc", oid):
                continue
            spec = RoutineSpec(
                definition.rstrip(), prokind == "p", result, tuple(names or ()), tuple(modes or ()), tuple(types),
                defaults, checked, prokind == "w", Aside(parsed),
            )  # fmt: skip
            reader.add(("function", schema, name, args), spec, ("pg_proc", oid), needs=[("schema", schema)])

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("routine name", *fact.id[1:]),)

    def needs_parts(self, fact: Fact) -> bool:
        return bool(fact.spec.parsed.value)

    def rivals(self, fact: Fact) -> Id | None:
        return "overloads", *fact.id[1:3]

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        text = fact.spec.definition.replace("CREATE OR REPLACE ", "CREATE ", 1)
        return [Step(text, f"create {self.word(fact)} {fact.id[2]}", bodies=fact.spec.checked)]

    def word(self, fact: Fact) -> str:
        return "procedure" if fact.spec.procedure else "function"

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        signature = f"{ctx.name(*fact.id[1:3])}({fact.id[3]})"
        return [Step(f"DROP {self.word(fact).upper()} {signature}", f"drop {self.word(fact)} {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        fixed = {"definition": "", "checked": False, "defaults": 0, "names": ()}
        if replace(before, **fixed) != replace(after, **fixed) or before.defaults > after.defaults:
            return None
        if not names_kept(before, after) or waits_for_rows(new, ctx):
            return None
        if any(need[0] in TYPES and need not in new.needs for need in old.needs):
            return None  # a type of the same name has become another kind of type
        return [Step(after.definition, f"replace {self.word(new)} {new.id[2]}", bodies=after.checked)]


def waits_for_rows(new: Fact, ctx: Context) -> bool:
    """Whether the body is parsed at once and must fit a row type that gets or loses columns."""
    if not new.spec.parsed.value:
        return False
    return any(
        {part.id for part in ctx.old.children(need) if part.kind == "column"}
        != {part.id for part in ctx.new.children(need) if part.kind == "column"}
        for need in new.needs
    )


def names_kept(before: RoutineSpec, after: RoutineSpec) -> bool:
    """CREATE OR REPLACE may name an input that had no name, and change nothing else about names."""
    count = len(before.types)
    have, want = before.names or ("",) * count, after.names or ("",) * count
    modes = before.modes or ("i",) * count
    return all(old == new or (not old and mode in "iv") for old, new, mode in zip(have, want, modes, strict=True))
