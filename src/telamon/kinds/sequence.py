"""Sequences, and the column that owns one. A sequence that serial would have made folds into its table."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.quote import ident, literal

LIMITS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
SERIALS = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}


class SequenceSpec(Struct, frozen=True):
    """
    Args:
        owner: the column that owns it (its drop takes the sequence along), or None.
    """

    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    unlogged: bool
    owner: Id | None

    @staticmethod
    def plain(type: str, *, down: bool = False) -> SequenceSpec:
        """What CREATE SEQUENCE makes when told nothing but the type."""
        low, high = (-LIMITS[type], -1) if down else (1, LIMITS[type] - 1)
        return SequenceSpec(type, high if down else low, -1 if down else 1, low, high, 1, False, False, None)


def sequence_options(new: SequenceSpec, old: SequenceSpec) -> list[str]:
    """The options that lead from one to the other. Never RESTART: the position belongs to the data."""
    words = []
    if new.increment != old.increment:
        words.append(f"INCREMENT BY {new.increment}")
    if new.minimum != old.minimum:
        words.append(f"MINVALUE {new.minimum}")
    if new.maximum != old.maximum:
        words.append(f"MAXVALUE {new.maximum}")
    if new.start != old.start:
        words.append(f"START WITH {new.start}")
    if new.cache != old.cache:
        words.append(f"CACHE {new.cache}")
    if new.cycle != old.cycle:
        words.append("CYCLE" if new.cycle else "NO CYCLE")
    return words


def creation_options(spec: SequenceSpec) -> list[str]:
    """The options for making a sequence; it starts at its lower (or upper) bound where nothing else is said."""
    plain = SequenceSpec.plain(spec.type, down=spec.increment < 0)
    start = spec.maximum if spec.increment < 0 else spec.minimum
    return sequence_options(spec, replace(plain, increment=1, start=start))


def position_setting(column: Id) -> str:
    """The session setting that carries a sequence's position over its end; one for each column."""
    return f"telamon.c{zlib.crc32(repr(column).encode()):08x}"


def is_serial(sequence: Fact, catalog: Catalog) -> bool:
    """Whether `serial` makes this very sequence, its column's type and its default."""
    spec: SequenceSpec = sequence.spec
    if spec.owner is None or replace(spec, owner=None, unlogged=False) != SequenceSpec.plain(spec.type):
        return False
    table = catalog.get(("table", *spec.owner[1:3]))
    if table is None or table.spec.unlogged != spec.unlogged:
        return False
    column, default = catalog.get(spec.owner), catalog.get(("default", *spec.owner[1:]))
    if column is None or default is None or column.spec.type != spec.type or column.spec.inherited:
        return False
    name = f"{spec.owner[2]}_{spec.owner[3]}_seq"
    if len(name.encode()) > 63 or sequence.id[1:] != (spec.owner[1], name):
        return False
    return bool(default.spec.sequence == sequence.id and ("not_null", *spec.owner[1:]) in catalog.facts)


def serial_of(ctx: Context, column: Id) -> str:
    """`serial` and its like where a column's sequence and default are folded into it, else ""."""
    for fact in ctx.folded.get(column, ()):
        if fact.kind == "sequence":
            return SERIALS[fact.spec.type]
    return ""


class Sequence(Kind):
    name = "sequence"
    present = "SELECT FROM pg_catalog.pg_sequence"
    renames_freely = True
    rank = 32
    survives = frozenset({"typmod", "type"})
    follows = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, n.nspname, c.relname, pg_catalog.format_type(s.seqtypid, NULL),
                   s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relpersistence = 'u',
                   d.refobjid::int8, d.refobjsubid
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
              LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                    AND d.objsubid = 0 AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
             WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND d.deptype IS DISTINCT FROM 'i'
               AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, type, start, increment, low, high, cache, cycle, unlogged, table, column in rows:
            if reader.is_member("pg_class", oid):
                continue
            owner = reader.find("pg_class", table, column) if table else None
            spec = SequenceSpec(type, start, increment, low, high, cache, cycle, unlogged, owner)
            reader.add(("sequence", schema, name), spec, ("pg_class", oid), needs=[("schema", schema), owner])

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return ("relation name", *fact.id[1:]), ("type name", *fact.id[1:])

    def fold_into(self, fact: Fact, catalog: Catalog) -> Id | None:
        owner: Id | None = fact.spec.owner if is_serial(fact, catalog) else None
        return owner

    def inline(self, fact: Fact, ctx: Context) -> str:
        return ""

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: SequenceSpec = fact.spec
        name = ctx.name(*fact.id[1:])
        words = [f"CREATE {'UNLOGGED ' if spec.unlogged else ''}SEQUENCE {name}"]
        if spec.type != "bigint":
            words.append(f"AS {spec.type}")
        words += creation_options(spec)
        table = ("table", *spec.owner[1:3]) if spec.owner else fact.id
        role = ctx.old.get(("owner", *table)) if table not in ctx.created else None
        if spec.owner and role is None:
            words.append(f"OWNED BY {ctx.name(*spec.owner[1:])}")
        steps = [Step(" ".join(words), f"create sequence {fact.id[2]}")]
        if spec.owner and role is not None:
            head, comment = (
                f"ALTER SEQUENCE {name}",
                f"tie sequence {fact.id[2]} to table {table[2]}, whose owner it shares",
            )
            steps.append(Step(f"{head} OWNER TO {ident(role.spec.role)}", comment))
            steps.append(Step(f"{head} OWNED BY {ctx.name(*spec.owner[1:])}", comment))
        before = ctx.old.get(spec.owner) if spec.owner else None
        if before is not None and before.spec.identity:
            kept = f"pg_catalog.current_setting({literal(position_setting(before.id))})"
            sql = (
                f"SELECT pg_catalog.setval({literal(name)}, pg_catalog.split_part({kept}, ' ', 1)::bigint,"
                f" pg_catalog.split_part({kept}, ' ', 2)::boolean)"
            )
            steps.append(Step(sql, f"let sequence {fact.id[2]} go on where the identity was"))
        return steps

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        loss = f"the position of sequence {'.'.join(fact.id[1:])}"
        return [Step(f"DROP SEQUENCE {ctx.name(*fact.id[1:])}", f"drop sequence {fact.id[2]}", loss=loss)]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"ALTER SEQUENCE {ctx.name(*fact.id[1:])} RENAME TO {ident(name)}"
        return Step(sql, f"rename sequence {fact.id[2]} to {name}") if fact.spec.owner else None

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        head, comment = f"ALTER SEQUENCE {ctx.name(*new.id[1:])}", f"alter sequence {new.id[2]}"
        words = sequence_options(after, before)
        if before.type != after.type:
            words.insert(0, f"AS {after.type}")
        steps = [Step(f"{head} {' '.join(words)}", comment)] if words else []
        if before.unlogged != after.unlogged:
            steps.append(Step(f"{head} SET {'UNLOGGED' if after.unlogged else 'LOGGED'}", comment))
        if before.owner != after.owner or (after.owner and ("table", *after.owner[1:3]) in ctx.swapped):
            owner = ctx.name(*after.owner[1:]) if after.owner else "NONE"
            steps.append(Step(f"{head} OWNED BY {owner}", comment))
        return steps
