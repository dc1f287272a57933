"""Composite types and their attributes."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Refusal, Row, Server, Step
from telamon.kinds.types import conversion, stored, swap_type, type_names
from telamon.quote import ident


class CompositeSpec(Struct, frozen=True):
    """A composite type is its attributes, in their order.

    Args:
        attributes: (name, type) of each; the order is the order of the values in a row.
    """

    attributes: tuple[tuple[str, str], ...]


class AttributeSpec(Struct, frozen=True):
    type: str
    collation: tuple[str, str] | None


class Composite(Kind):
    name = "composite"
    present = "SELECT FROM pg_catalog.pg_class WHERE relkind = 'c'"
    rank = 14
    swaps = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT c.oid::int8, n.nspname, c.relname, c.reltype::int8, t.typarray::int8,
                   ARRAY(SELECT ARRAY[a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)]
                           FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
                   ARRAY(SELECT a.atttypid::int8 FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                   ARRAY(SELECT a.attcollation::int8 FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_type t ON t.oid = c.reltype
             WHERE c.relkind = 'c' AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        own = [
            row for row in rows if not reader.is_member("pg_type", row[3]) and not reader.is_member("pg_class", row[0])
        ]
        for _, schema, name, reltype, array, *_ in own:
            id = ("composite", schema, name)
            reader.alias("pg_type", reltype, id, path=id)
            reader.alias("pg_type", array, id)
        for oid, schema, name, _, _, attributes, types, collations in own:
            spec = CompositeSpec(tuple((attribute, type) for attribute, type in attributes))
            # What an attribute needs, the whole needs: a type or collation that is built anew takes it along.
            needs: list[Id | None] = [("schema", schema)]
            needs += [reader.find("pg_type", type) for type in types]
            needs += [reader.find("pg_collation", collation) for collation in collations]
            reader.add(("composite", schema, name), spec, ("pg_class", oid), needs=needs)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return ("relation name", *fact.id[1:]), *type_names(fact)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        from telamon.kinds import inline

        body = ", ".join(inline(child, ctx) for child in ctx.folded.get(fact.id, ()))
        return [Step(f"CREATE TYPE {ctx.name(*fact.id[1:])} AS ({body})", f"create composite type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP TYPE {ctx.name(*fact.id[1:])}", f"drop composite type {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        # Attributes are dropped and added by themselves, at the end; any other order needs the type built anew.
        have, want = dict(old.spec.attributes), dict(new.spec.attributes)
        kept = [name for name in have if name in want]
        if list(want)[: len(kept)] != kept:
            return None
        retyped = any(have[name] != want[name] for name in kept)
        return None if retyped and stored(old.id, ctx) else []

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        return swap_type(fact, ctx, "TYPE")


FIELDS = ("attribute", "column")
"""What a row type consists of: a composite type, or a table's."""


def carried(value: str, old: Fact, written: str, column: Id, ctx: Context) -> str | None:
    """The expression that carries a value of a type that is built anew over where its text may not: rows, by names.

    Args:
        value: the expression for the old value.
        old: the column or attribute that has it.
        written: the new type.
        column: whose values they are, for the message.

    Raises:
        Refusal: rows inside of arrays or ranges, which can only be carried over as text, would be mixed up.
    """
    for type in built_anew(old, ctx):
        row = row_of(type, ctx)
        if row is not None and not written.endswith("[]"):
            return row_conversion(value, row, written, column, ctx)
        if (other := other_rows(type, ctx)) is not None:
            path = ".".join(column[1:])
            raise Refusal(
                f"Column {path} holds rows of the type {'.'.join(other[1:])} inside of arrays or ranges, and its"
                " attributes change",
                why="In the text of an array a row's values have no names: they could end up in the wrong attributes.",
                do=f"Say how they are carried over: --using column:{path}='<expression>'",
            )
    return None


def built_anew(fact: Fact, ctx: Context) -> list[Id]:
    """The types built anew of which a fact has values."""
    return sorted(id for id in fact.needs & ctx.swapped if id[0] != "collation" and id != fact.parent)


def row_of(type: Id, ctx: Context) -> Id | None:
    """The composite type, or a table's, that a type is, by itself or as a domain."""
    if type[0] == "domain":
        before, after = ctx.old.facts[type], ctx.new.get(type)
        if after is None or before.spec.base != after.spec.base or before.spec.base.endswith("[]"):
            return None
        inner = built_anew(before, ctx)
        return row_of(inner[0], ctx) if inner else None
    return type if type[0] in ("composite", "table") and type in ctx.new.facts else None


def other_rows(type: Id, ctx: Context) -> Id | None:
    """The first type in another, itself included, whose rows have other attributes or have them in another order."""
    before, after = ([fact for fact in catalog.children(type) if fact.kind in FIELDS] for catalog in (ctx.old, ctx.new))
    if [fact.id[3] for fact in before] != [fact.id[3] for fact in after]:
        return type
    inner = [id for fact in (ctx.old.facts[type], *before) for id in built_anew(fact, ctx)]
    return next((other for id in inner if (other := other_rows(id, ctx))), None)


def row_conversion(value: str, type: Id, written: str, column: Id, ctx: Context) -> str:
    """The USING expression that carries the values of a composite type that was built anew over by their names."""
    have = {fact.id[3]: fact for fact in ctx.old.children(type) if fact.kind in FIELDS}
    values = []
    for fact in ctx.new.children(type):
        if fact.kind not in FIELDS:
            continue
        before = have.get(fact.id[3])
        if before is None:
            values.append("NULL")
            continue
        part = f"({value}).{ident(fact.id[3])}"
        whole = carried(part, before, fact.spec.type, column, ctx)
        rebuilt = bool((before.needs - {before.parent}) & ctx.swapped)
        if whole is None and (rebuilt or before.spec.type != fact.spec.type):
            base = before.spec.type.partition("(")[0]
            whole = conversion(part, base, fact.spec.type, rebuilt=rebuilt, where=column)
        values.append(whole or part)
    row = f"ROW({', '.join(values)})::{written}"
    return f"CASE WHEN {value} IS DISTINCT FROM NULL THEN {row} END"


def cascade(attribute: Fact, ctx: Context) -> str:
    """What lets an attribute of a type change that tables are of: it changes in them too."""
    typed = (fact for fact in ctx.old if fact.kind == "table" and fact.spec.of_type)
    return " CASCADE" if any(attribute.parent in table.needs for table in typed) else ""


class Attribute(Kind):
    name = "attribute"
    present = "SELECT FROM pg_catalog.pg_class WHERE relkind = 'c'"
    rank = 15
    folds = True
    asks = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT a.attrelid::int8, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                   a.atttypid::int8,
                   CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::int8 END
              FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
              JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
             WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for relation, number, name, type, type_oid, collation in rows:
            parent = reader.find("pg_class", relation)
            if parent is None:
                continue
            spec = AttributeSpec(type, reader.name_of("pg_collation", collation) if collation else None)
            needs = [reader.find("pg_type", type_oid)]
            id, address = ("attribute", *parent[1:], name), ("pg_class", relation, number)
            reader.add(id, spec, address, parent=parent, needs=needs, order=number)

    def inline(self, fact: Fact, ctx: Context) -> str:
        collation = f" COLLATE {ctx.name(*fact.spec.collation)}" if fact.spec.collation else ""
        return f"{ident(fact.id[3])} {fact.spec.type}{collation}"

    def head(self, fact: Fact, ctx: Context) -> str:
        return f"ALTER TYPE {ctx.name(*fact.id[1:3])}"

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"{self.head(fact, ctx)} ADD ATTRIBUTE {self.inline(fact, ctx)}{cascade(fact, ctx)}"
        return [Step(sql, f"add attribute {fact.id[3]} to type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"{self.head(fact, ctx)} DROP ATTRIBUTE {ident(fact.id[3])}{cascade(fact, ctx)}"
        loss = f"attribute {fact.id[3]} of all values of type {'.'.join(fact.id[1:3])}"
        return [Step(sql, f"drop attribute {fact.id[3]} of type {fact.id[2]}", loss=loss)]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"{self.head(fact, ctx)} RENAME ATTRIBUTE {ident(fact.id[3])} TO {ident(name)}{cascade(fact, ctx)}"
        return Step(sql, f"rename attribute {fact.id[3]} of type {fact.id[2]} to {name}")

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        collation = f" COLLATE {ctx.name(*new.spec.collation)}" if new.spec.collation else ""
        sql = f"{self.head(new, ctx)} ALTER ATTRIBUTE {ident(new.id[3])} TYPE {new.spec.type}{collation}"
        return [Step(sql, f"alter attribute {new.id[3]} of type {new.id[2]}")]

    def disturbance(self, old: Fact, new: Fact) -> str:
        return "type"
