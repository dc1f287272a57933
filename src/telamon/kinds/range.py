"""Range types, each with its multirange type and the functions that make values of both."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.base_type import ShellSpec
from telamon.kinds.types import moved_name, swap_type, type_names
from telamon.kinds.written import Options, as_options, called, function, option_list, options, qualified
from telamon.quote import ident


class RangeSpec(Struct, frozen=True):
    """
    Args:
        multirange: the multirange type's name; its schema is the range type's.
        subtype: as `format_type` writes it.
    """

    multirange: str
    subtype: str
    options: Options


class Range(Kind):
    name = "range"
    present = "SELECT FROM pg_catalog.pg_range WHERE rngtypid >= 16384"
    rank = 11
    swaps = True

    def query(self, server: Server) -> str:
        operator_class = qualified("pg_opclass", "opc", "o.oid", server)
        collation = qualified("pg_collation", "coll", "r.rngcollation", server)
        listed = options(
            ("SUBTYPE", "pg_catalog.format_type(r.rngsubtype, NULL)"),
            ("SUBTYPE_OPCLASS", f"CASE WHEN NOT o.opcdefault THEN {operator_class} END"),
            ("COLLATION", f"CASE WHEN r.rngcollation <> s.typcollation THEN {collation} END"),
            ("CANONICAL", function("r.rngcanonical", server)),
            ("SUBTYPE_DIFF", function("r.rngsubdiff", server)),
            ("MULTIRANGE_TYPE_NAME", qualified("pg_type", "typ", "m.oid", server)),
        )
        return f"""
            SELECT t.oid::int8, n.nspname, t.typname, t.typarray::int8, m.oid::int8, m.typname, m.typarray::int8,
                   pg_catalog.format_type(r.rngsubtype, NULL), {listed},
                   nullif(r.rngcanonical::oid, 0)::int8, {called("r.rngcanonical", server)},
                   ARRAY(SELECT d.objid::int8 FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'i'
                            AND d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (t.oid, m.oid))
              FROM pg_catalog.pg_range r JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
              JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid
              JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype
              JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
              JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
             WHERE t.typnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, array, multi, multi_name, multi_array, subtype, given, *rest in rows:
            if reader.is_member("pg_type", oid):
                continue
            canonical, canonical_called, makers = rest
            id, shell = ("range", schema, name), ("shell_type", schema, name)
            needs: list[Id] = [("schema", schema)]
            spec = RangeSpec(multi_name, subtype, as_options(given))
            if canonical:
                # A canonical function takes the type that it is a part of, so the type begins as a shell.
                reader.add(shell, ShellSpec((("CANONICAL", canonical_called),)), needs=needs)
                reader.redirect("pg_proc", canonical, id, shell)
            reader.add(id, spec, ("pg_type", oid), parent=shell if canonical else None, needs=needs)
            reader.alias("pg_type", array, id)
            reader.alias("pg_type", multi, id, path=("range", schema, multi_name))
            reader.alias("pg_type", multi_array, id)
            for maker in makers:
                reader.alias("pg_proc", maker, id)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (*type_names(fact), ("type name", fact.id[1], fact.spec.multirange))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"CREATE TYPE {ctx.name(*fact.id[1:])} AS RANGE (\n  {option_list(fact.spec.options)}\n)"
        return [Step(sql, f"create range type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP TYPE {ctx.name(*fact.id[1:])}", f"drop range type {fact.id[2]}")]

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        schema, name, spec = fact.id[1], fact.id[2], fact.spec
        own, multi = ctx.name(schema, name), ctx.name(schema, spec.multirange)
        # The functions keep their names when a type is renamed, and would be in the way of the new ones.
        makers = (
            (own, name, f"{spec.subtype}, {spec.subtype}"),
            (own, name, f"{spec.subtype}, {spec.subtype}, text"),
            (multi, spec.multirange, ""),
            (multi, spec.multirange, own),
            (multi, spec.multirange, f"{own}[]"),
        )
        comment = f"move type {name} out of the way while it is rebuilt"
        away = [
            Step(f"ALTER FUNCTION {text}({args}) RENAME TO {ident(moved_name(plain))}", comment)
            for text, plain, args in makers
        ]
        away.append(Step(f"ALTER TYPE {multi} RENAME TO {ident(moved_name(spec.multirange))}", comment))
        rename, drop = swap_type(fact, ctx, "TYPE")
        return away + rename, drop
