"""Range types, each with its multirange type and the functions that make values of both."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Aside, Context, Kind, Reader, Row, Server, Step
from telamon.kinds.base_type import ShellSpec
from telamon.kinds.types import moved_name, swap_type, type_names
from telamon.kinds.written import Options, as_options, called, function, option_list, options, qualified
from telamon.quote import ident


class RangeSpec(Struct, frozen=True):
    """
    Args:
        multirange: the multirange type's name; its schema is the range type's.
        subtype: as `format_type` writes it.
        options: all but the multirange type's name.
        makers: (schema, name, arguments) of the functions that make values of both types. They keep their names when a
            type is renamed, and their schema when it moves.
    """

    multirange: str
    subtype: str
    options: Options
    makers: Aside[tuple[tuple[str, str, str], ...]] = Aside(())


class Range(Kind):
    name = "range"
    present = "SELECT FROM pg_catalog.pg_range WHERE rngtypid >= 16384"
    rank = 11
    swaps = True
    reaches = True  # a multirange type's name

    def query(self, server: Server) -> str:
        operator_class = qualified("pg_opclass", "opc", "o.oid", server)
        collation = qualified("pg_collation", "coll", "r.rngcollation", server)
        listed = options(
            ("SUBTYPE", "pg_catalog.format_type(r.rngsubtype, NULL)"),
            ("SUBTYPE_OPCLASS", f"CASE WHEN NOT o.opcdefault THEN {operator_class} END"),
            ("COLLATION", f"CASE WHEN r.rngcollation <> s.typcollation THEN {collation} END"),
            ("CANONICAL", function("r.rngcanonical", server)),
            ("SUBTYPE_DIFF", function("r.rngsubdiff", server)),
        )
        return f"""
            SELECT t.oid::int8, n.nspname, t.typname, t.typarray::int8, m.oid::int8, m.typname, m.typarray::int8,
                   pg_catalog.format_type(r.rngsubtype, NULL), {listed},
                   nullif(r.rngcanonical::oid, 0)::int8, {called("r.rngcanonical", server)},
                   ARRAY(SELECT ARRAY[p.oid::text, q.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes)]
                           FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.oid = d.objid
                           JOIN pg_catalog.pg_namespace q ON q.oid = p.pronamespace
                          WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'i'
                            AND d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (t.oid, m.oid)
                          ORDER BY p.oid)
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
            named = tuple((maker_schema, maker, args) for _, maker_schema, maker, args in makers)
            spec = RangeSpec(multi_name, subtype, as_options(given), Aside(named))
            if canonical:
                # A canonical function takes the type that it is a part of, so the type begins as a shell.
                reader.add(shell, ShellSpec((("CANONICAL", canonical_called),)), needs=needs)
                reader.redirect("pg_proc", canonical, id, shell)
            reader.add(id, spec, ("pg_type", oid), parent=shell if canonical else None, needs=needs)
            reader.alias("pg_type", array, id)
            reader.alias("pg_type", multi, id, path=("range", schema, multi_name))
            reader.alias("pg_type", multi_array, id)
            for maker_oid, *_ in makers:
                reader.alias("pg_proc", int(maker_oid), id)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (*type_names(fact), ("type name", fact.id[1], fact.spec.multirange))

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        given = (*fact.spec.options, ("MULTIRANGE_TYPE_NAME", ctx.name(fact.id[1], fact.spec.multirange)))
        sql = f"CREATE TYPE {ctx.name(*fact.id[1:])} AS RANGE (\n  {option_list(given)}\n)"
        return [Step(sql, f"create range type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP TYPE {ctx.name(*fact.id[1:])}", f"drop range type {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if replace(old.spec, multirange=new.spec.multirange) != new.spec:
            return None
        comment = f"rename multirange type {old.spec.multirange} to {new.spec.multirange}"
        return [Step(sql, comment) for sql in self.renaming(old, old.spec.multirange, new.spec.multirange, ctx)]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        wanted = ctx.new.get((self.name, fact.id[1], name))
        said = []
        if wanted is not None and wanted.spec.multirange != fact.spec.multirange:
            said = self.renaming(fact, fact.spec.multirange, wanted.spec.multirange, ctx)
        said += self.renaming(fact, fact.id[2], name, ctx)
        return Step(";\n".join(said), f"rename range type {fact.id[2]} to {name}")

    def relocate(self, fact: Fact, schema: str, ctx: Context) -> Step | None:
        said = [
            f"ALTER FUNCTION {self.called(maker, ctx)} SET SCHEMA {ident(schema)}" for maker in fact.spec.makers.value
        ]
        names = (fact.spec.multirange, fact.id[2])
        said += [f"ALTER TYPE {ctx.name(fact.id[1], name)} SET SCHEMA {ident(schema)}" for name in names]
        return Step(";\n".join(said), f"move range type {fact.id[2]} to schema {schema}")

    def called(self, maker: tuple[str, str, str], ctx: Context) -> str:
        schema, name, arguments = maker
        return f"{ctx.name(schema, name)}({arguments})"

    def renaming(self, fact: Fact, old: str, new: str, ctx: Context) -> list[str]:
        """The statements that give one of the two types, and what makes values of it, another name."""
        makers = [maker for maker in fact.spec.makers.value if maker[:2] == (fact.id[1], old)]
        said = [f"ALTER FUNCTION {self.called(maker, ctx)} RENAME TO {ident(new)}" for maker in makers]
        return [*said, f"ALTER TYPE {ctx.name(fact.id[1], old)} RENAME TO {ident(new)}"]

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        rename, drop = swap_type(fact, ctx, "TYPE")
        away, multirange = moved_name(fact.id[2]), fact.spec.multirange
        # What makes values would be in the way of the new type's.
        said = self.renaming(fact, multirange, moved_name(multirange), ctx)
        said += self.renaming(fact, fact.id[2], away, ctx)[:-1]
        return [*(Step(sql, rename[0].comment) for sql in said), *rename], drop
