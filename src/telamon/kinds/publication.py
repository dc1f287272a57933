"""Publications; each table and each schema in one is a fact of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.table import heirs
from telamon.quote import ident, idents, literal

ALL = ("insert", "update", "delete", "truncate")


class PublicationSpec(Struct, frozen=True):
    """
    Args:
        publish: the operations.
        generated: "none" or "stored" (from PostgreSQL 18 on).
    """

    all_tables: bool
    publish: tuple[str, ...]
    via_root: bool
    generated: str


class PublicationTableSpec(Struct, frozen=True):
    """
    Args:
        columns: sorted; all of them when empty.
        where: the rows; all of them when "".
    """

    table: Id
    columns: tuple[str, ...]
    where: str


class PublicationSchemaSpec(Struct, frozen=True):
    """A schema whose tables are published."""


class Publication(Kind):
    name = "publication"
    present = made("pg_publication")
    rank = 70

    def query(self, server: Server) -> str:
        generated = server.since(18, "CASE pubgencols WHEN 's' THEN 'stored' ELSE 'none' END", "'none'")
        return f"""
            SELECT oid::int8, pubname, puballtables, ARRAY[pubinsert, pubupdate, pubdelete, pubtruncate], pubviaroot,
                   {generated} FROM pg_catalog.pg_publication"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, all_tables, flags, via_root, generated in rows:
            if not reader.is_member("pg_publication", oid):
                publish = tuple(word for word, on in zip(ALL, flags, strict=True) if on)
                spec = PublicationSpec(all_tables, publish, via_root, generated)
                reader.add((self.name, name), spec, ("pg_publication", oid))

    def options(self, old: PublicationSpec, new: PublicationSpec) -> str:
        words = []
        if old.publish != new.publish:
            words.append(f"publish = {literal(', '.join(new.publish))}")
        if old.via_root != new.via_root:
            words.append(f"publish_via_partition_root = {str(new.via_root).lower()}")
        if old.generated != new.generated:
            words.append(f"publish_generated_columns = {new.generated}")
        return f"({', '.join(words)})" if words else ""

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        from telamon.kinds import inline

        spec: PublicationSpec = fact.spec
        words = [f"CREATE PUBLICATION {ident(fact.id[1])}"]
        members = [inline(member, ctx) for member in ctx.folded.get(fact.id, ())]
        if spec.all_tables:
            words.append("FOR ALL TABLES")
        elif members:
            words.append(f"FOR {', '.join(members)}")
        if options := self.options(PublicationSpec(spec.all_tables, ALL, False, "none"), spec):
            words.append(f"WITH {options}")
        return [Step(" ".join(words), f"create publication {fact.id[1]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP PUBLICATION {ident(fact.id[1])}", f"drop publication {fact.id[1]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if old.spec.all_tables != new.spec.all_tables:
            return None
        sql = f"ALTER PUBLICATION {ident(new.id[1])} SET {self.options(old.spec, new.spec)}"
        return [Step(sql, f"alter publication {new.id[1]}")]


class PublicationMember(Kind):
    """What tables and schemas in a publication share."""

    folds = True

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"ALTER PUBLICATION {ident(fact.id[1])} ADD {self.inline(fact, ctx)}"
        return [Step(sql, f"add {'.'.join(fact.id[2:])} to publication {fact.id[1]}")]

    def remove(self, fact: Fact, what: str) -> list[Step]:
        sql = f"ALTER PUBLICATION {ident(fact.id[1])} DROP {what}"
        return [Step(sql, f"remove {'.'.join(fact.id[2:])} from publication {fact.id[1]}")]


class PublicationTable(PublicationMember):
    name = "publication_table"
    present = made("pg_publication")
    rank = 71

    def query(self, server: Server) -> str:
        where = server.since(15, "pg_catalog.pg_get_expr(m.prqual, m.prrelid)", "NULL")
        attributes = (
            "ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a"
            " WHERE a.attrelid = m.prrelid AND a.attnum = ANY (m.prattrs) ORDER BY 1)"
        )
        return f"""
            SELECT m.oid::int8, m.prpubid::int8, m.prrelid::int8, {where},
                   {server.since(15, attributes, "'{}'::text[]")}
              FROM pg_catalog.pg_publication_rel m"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, publication_oid, relation, where, columns in rows:
            publication, table = reader.find("pg_publication", publication_oid), reader.find("pg_class", relation)
            if publication is not None and table is not None:
                spec = PublicationTableSpec(table, tuple(columns), where or "")
                id, address = (self.name, publication[1], *table[1:3]), ("pg_publication_rel", oid)
                reader.add(id, spec, address, parent=publication, needs=[table])

    def inline(self, fact: Fact, ctx: Context) -> str:
        spec: PublicationTableSpec = fact.spec
        only = "ONLY " if spec.table in heirs(ctx.new) else ""
        columns = f" ({idents(spec.columns)})" if spec.columns else ""
        where = f" WHERE ({spec.where})" if spec.where else ""
        return f"TABLE {only}{ctx.name(*spec.table[1:])}{columns}{where}"

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        only = "ONLY " if fact.spec.table in heirs(ctx.old) else ""
        return self.remove(fact, f"TABLE {only}{ctx.name(*fact.spec.table[1:])}")

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        # SET TABLE would say all tables of the publication again.
        steps = self.drop(old, ctx) + self.create(new, ctx)
        return [replace(step, comment=f"alter {new.id[3]} in publication {new.id[1]}") for step in steps]

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        # A publication has either column lists or schemas.
        return (("columns or schemas of publication", fact.id[1]),) if fact.spec.columns else ()


class PublicationSchema(PublicationMember):
    name = "publication_schema"
    present = made("pg_publication")
    rank = 72

    def query(self, server: Server) -> str:
        if server.major < 15:
            return ""
        return "SELECT oid::int8, pnpubid::int8, pnnspid::int8 FROM pg_catalog.pg_publication_namespace"

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, publication_oid, namespace in rows:
            publication, schema = reader.find("pg_publication", publication_oid), reader.find("pg_namespace", namespace)
            if publication is not None and schema is not None:
                id, address = (self.name, publication[1], schema[1]), ("pg_publication_namespace", oid)
                reader.add(id, PublicationSchemaSpec(), address, parent=publication, needs=[schema])

    def inline(self, fact: Fact, ctx: Context) -> str:
        return f"TABLES IN SCHEMA {ident(fact.id[2])}"

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.remove(fact, f"TABLES IN SCHEMA {ident(fact.id[2])}")

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return (("columns or schemas of publication", fact.id[1]),)
