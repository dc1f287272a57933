"""Column defaults. (The expression of a generated column is a part of the column.)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Found, Kind, Reader, Row, Server, Step
from telamon.kinds.table import TABLES, alter_table, heirs
from telamon.quote import ident


class DefaultSpec(Struct, frozen=True):
    """
    Args:
        sequence: the sequence whose next value it is, when it is nothing more than that.
    """

    expression: str
    sequence: Id | None


class Default(Kind):
    name = "default"
    remade = True
    rank = 33
    folds = True
    survives = frozenset({"typmod"})

    def query(self, server: Server) -> str:
        # Equal trees are equal texts (no column is named in one): each is written once.
        return f"""
            SELECT (SELECT pg_catalog.pg_get_expr(one.adbin, one.adrelid)
                      FROM pg_catalog.pg_attrdef one WHERE one.oid = same.oids[1]),
                   (SELECT min(d.refobjid) FROM pg_catalog.pg_depend d
                      JOIN pg_catalog.pg_sequence q ON q.seqrelid = d.refobjid
                     WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = same.oids[1]
                       AND d.refclassid = 'pg_catalog.pg_class'::regclass),
                   same.oids, same.relations, same.numbers
              FROM (SELECT array_agg(d.oid) AS oids, array_agg(d.adrelid) AS relations, array_agg(d.adnum) AS numbers
                      FROM pg_catalog.pg_attrdef d WHERE {server.of_relations("d.adrelid")}
                     GROUP BY d.adbin::text) same"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        reader.add_all(reader.all_of("pg_attrdef"), self.found(reader, rows))

    def found(self, reader: Reader, rows: Iterable[Row]) -> Iterator[Found]:
        """The facts, for `Reader.add_all`."""
        expressions = reader.all_of("pg_attrdef")
        for expression, sequence_oid, *places in rows:
            sequence = reader.find("pg_class", sequence_oid) if sequence_oid else None
            plain = expression.startswith("nextval('") and expression.endswith("'::regclass)")
            spec = DefaultSpec(expression, sequence if plain else None)
            for oid, relation, number in zip(*places, strict=True):
                target = reader.described("pg_class", relation, number)
                if target is not None and oid not in expressions:  # else it is a generated column's
                    column, parent = target
                    yield ("default", *column[1:]), spec, oid, parent, 0, ()

    def fold_into(self, fact: Fact, catalog: Catalog) -> Id | None:
        return fact.parent if fact.parent and fact.parent[0] == "column" else None

    def inline(self, fact: Fact, ctx: Context) -> str:
        if any(sibling.kind == "sequence" for sibling in ctx.folded.get(fact.parent or fact.id, ())):
            return ""
        return f"DEFAULT {fact.spec.expression}"

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, f"SET DEFAULT {fact.spec.expression}", ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.set(fact, "DROP DEFAULT", ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.create(new, ctx)

    def set(self, fact: Fact, what: str, ctx: Context) -> list[Step]:
        head = alter_table(ctx, fact.id, only=any((kind, *fact.id[1:3]) in heirs(ctx.new) for kind in TABLES))
        clause = f"ALTER COLUMN {ident(fact.id[-1])} {what}"
        comment = f"{what.split()[0].lower()} default of column {fact.id[-1]} of {fact.id[2]}"
        return [Step(f"{head} {clause}", comment, head, clause)]
