"""Views and materialized views."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Aside, Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.table import option_steps, options_text
from telamon.quote import ident, idents


class ViewSpec(Struct, frozen=True):
    """
    Args:
        columns: (name, type, collation; "-" without) in order: what CREATE OR REPLACE must keep as a prefix.
        written: the options in the order in which they were given; the order says nothing and is not compared.
    """

    definition: str
    columns: tuple[tuple[str, str, str], ...]
    options: tuple[str, ...]
    access_method: str = ""
    tablespace: str = ""
    populated: bool = True
    written: Aside[tuple[str, ...]] = Aside(())


class View(Kind):
    name = "view"
    present = made("pg_rewrite")
    rank = 52
    remade = True
    relkind = "v"

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, n.nspname, c.relname, c.reltype::int8, t.typarray::int8, r.oid::int8,
                   pg_catalog.pg_get_viewdef(c.oid),
                   ARRAY(SELECT ARRAY[a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
                                      a.attcollation::pg_catalog.regcollation::text] FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum),
                   c.reloptions, CASE WHEN am.amname <> 'heap' THEN am.amname ELSE '' END, coalesce(s.spcname, ''),
                   c.relispopulated
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_type t ON t.oid = c.reltype
              JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
              LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
              LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
             WHERE c.relkind = '{self.relkind}' AND c.relpersistence <> 't' AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, reltype, array, rule, text, attributes, options, *rest in rows:
            if reader.is_member("pg_class", oid):
                continue
            id = (self.name, schema, name)
            columns = tuple([(column, type, collation) for column, type, collation in attributes])
            written = tuple(options or ())
            body = text.rstrip().removesuffix(";")
            method, space, populated = rest
            spec = ViewSpec(body, columns, tuple(sorted(written)), method or "", space, populated, Aside(written))
            reader.add(id, spec, ("pg_class", oid), needs=[("schema", schema)])
            reader.alias("pg_type", reltype, id)
            reader.alias("pg_type", array, id)
            reader.alias("pg_rewrite", rule, id)
            for number, (column, _, _) in enumerate(columns, 1):
                reader.alias("pg_class", oid, id, number, ("view_column", schema, name, column))

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return ("relation name", *fact.id[1:]), ("type name", *fact.id[1:])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        verb = "CREATE OR REPLACE VIEW" if fact.id in ctx.stubbed else "CREATE VIEW"
        return [Step(self.text(fact, ctx, verb), f"create view {fact.id[2]}")]

    def stub(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: ViewSpec = fact.spec
        values = [
            f"NULL::{type}{'' if collation == '-' else f' COLLATE {collation}'}" for _, type, collation in spec.columns
        ]
        stub = fact._replace(
            spec=replace(spec, definition=f"SELECT {', '.join(values)}", options=(), written=Aside(()))
        )
        return [Step(self.text(stub, ctx, "CREATE OR REPLACE VIEW"), f"put a stub in the place of view {fact.id[2]}")]

    def text(self, fact: Fact, ctx: Context, verb: str) -> str:
        spec: ViewSpec = fact.spec
        # The names are given because a column without alias would otherwise get another one ("?column?").
        parts = [f"{verb} {ctx.name(*fact.id[1:])}"]
        if not spec.columns:
            parts.append("")
        else:
            parts.append(f" ({idents(name for name, _, _ in spec.columns)})")
        if spec.access_method:
            parts.append(f" USING {ident(spec.access_method)}")
        if spec.options:
            parts.append(f" WITH ({options_text(spec.written.value)})")
        if spec.tablespace:
            parts.append(f" TABLESPACE {ident(spec.tablespace)}")
        parts.append(f" AS\n{spec.definition}")
        return "".join(parts)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP VIEW {ctx.name(*fact.id[1:])}", f"drop view {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        if before.columns != after.columns[: len(before.columns)]:
            return None
        if before.definition != after.definition or before.columns != after.columns:
            return [Step(self.text(new, ctx, "CREATE OR REPLACE VIEW"), f"replace view {new.id[2]}")]
        head, comment = f"ALTER VIEW {ctx.name(*new.id[1:])}", f"alter view {new.id[2]}"
        return option_steps(head, comment, before.options, after.options)


class MaterializedView(View):
    name = "materialized_view"
    present = "SELECT FROM pg_catalog.pg_class WHERE relkind = 'm'"
    after_rows = True
    rank = 53
    remade = False
    relkind = "m"

    def stub(self, fact: Fact, ctx: Context) -> list[Step]:
        return []

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = self.text(fact, ctx, "CREATE MATERIALIZED VIEW")
        if not fact.spec.populated:
            sql += "\nWITH NO DATA"
        return [Step(sql, f"create materialized view {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP MATERIALIZED VIEW {ctx.name(*fact.id[1:])}"
        return [Step(sql, f"drop materialized view {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        same = {"options": (), "access_method": "", "tablespace": "", "populated": True}
        if replace(before, **same) != replace(after, **same):
            return None
        head, comment = f"ALTER MATERIALIZED VIEW {ctx.name(*new.id[1:])}", f"alter materialized view {new.id[2]}"
        steps = option_steps(head, comment, before.options, after.options)
        if before.access_method != after.access_method:
            steps.append(Step(f"{head} SET ACCESS METHOD {ident(after.access_method or 'heap')}", comment))
        if before.tablespace != after.tablespace:
            steps.append(Step(f"{head} SET TABLESPACE {ident(after.tablespace or 'pg_default')}", comment))
        if before.populated != after.populated:
            words = "" if after.populated else " WITH NO DATA"
            sql = f"REFRESH MATERIALIZED VIEW {ctx.name(*new.id[1:])}{words}"
            steps.append(Step(sql, f"refresh materialized view {new.id[2]}"))
        return steps
