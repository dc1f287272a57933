"""Operator families, what is loose in them, and operator classes with what is theirs."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.written import called, qualified, schema_of
from telamon.quote import ident


class FamilySpec(Struct, frozen=True):
    pass


class MemberSpec(Struct, frozen=True):
    """
    Args:
        text: the whole item, as in ALTER OPERATOR FAMILY ... ADD.
    """

    text: str


class ClassSpec(Struct, frozen=True):
    """
    Args:
        family: quoted, with its schema.
        items: operators and support functions as they are written, and the storage type where it is another.
    """

    type: str
    default: bool
    family: str
    items: tuple[str, ...]


def operator_item(server: Server) -> str:
    """An expression for `OPERATOR 1 public.<(integer, integer)`; o is the row of `pg_amop`."""
    return (
        f"(SELECT 'OPERATOR ' || o.amopstrategy || ' ' || {schema_of('n.nspname', server, implied=False)}"
        " || x.oprname || '(' || pg_catalog.format_type(x.oprleft, NULL) || ', '"
        " || pg_catalog.format_type(x.oprright, NULL) || ')' FROM pg_catalog.pg_operator x"
        " JOIN pg_catalog.pg_namespace n ON n.oid = x.oprnamespace WHERE x.oid = o.amopopr)"
        f" || coalesce(' FOR ORDER BY ' || {qualified('pg_opfamily', 'opf', 'o.amopsortfamily', server)}, '')"
    )


def function_item(server: Server) -> str:
    """An expression for `FUNCTION 1 (integer, integer) compare(integer, integer)`; p is the row of `pg_amproc`."""
    return (
        "'FUNCTION ' || p.amprocnum || ' (' || pg_catalog.format_type(p.amproclefttype, NULL) || ', '"
        f" || pg_catalog.format_type(p.amprocrighttype, NULL) || ') ' || {called('p.amproc', server)}"
    )


class OperatorFamily(Kind):
    name = "operator_family"
    present = made("pg_opfamily")
    rank = 57

    def query(self, server: Server) -> str:
        return f"""
            SELECT f.oid::int8, n.nspname, f.opfname, a.amname
              FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
              JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
             WHERE f.opfnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, method in rows:
            if not reader.is_member("pg_opfamily", oid):
                id = ("operator_family", schema, name, method)
                reader.add(id, FamilySpec(), ("pg_opfamily", oid), needs=[("schema", schema)])

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"CREATE {family(fact.id, ctx)}", f"create operator family {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP {family(fact.id, ctx)}", f"drop operator family {fact.id[2]}")]


class OperatorFamilyMember(Kind):
    name = "operator_family_member"
    present = f"{made('pg_amop')} UNION ALL {made('pg_amproc')}"
    rank = 59

    def query(self, server: Server) -> str:
        loose = (
            "EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.{}'::regclass"
            " AND d.objid = {}.oid AND d.refclassid = 'pg_catalog.pg_opfamily'::regclass AND d.deptype <> 'n')"
        )
        return f"""
            SELECT 'pg_amop', o.oid::int8, o.amopfamily::int8, 'OPERATOR', o.amopstrategy,
                   pg_catalog.format_type(o.amoplefttype, NULL), pg_catalog.format_type(o.amoprighttype, NULL),
                   {operator_item(server)}
              FROM pg_catalog.pg_amop o WHERE o.oid >= 16384 AND {loose.format("pg_amop", "o")}
             UNION ALL
            SELECT 'pg_amproc', p.oid::int8, p.amprocfamily::int8, 'FUNCTION', p.amprocnum,
                   pg_catalog.format_type(p.amproclefttype, NULL), pg_catalog.format_type(p.amprocrighttype, NULL),
                   {function_item(server)}
              FROM pg_catalog.pg_amproc p WHERE p.oid >= 16384 AND {loose.format("pg_amproc", "p")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for catalog, oid, family_oid, word, number, left, right, text in rows:
            parent = reader.find("pg_opfamily", family_oid)
            if parent is not None and parent[0] == "operator_family":
                id = ("operator_family_member", *parent[1:], word, str(number), left, right)
                reader.add(id, MemberSpec(text), (catalog, oid), parent=parent, order=number)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"ALTER {family(fact.id, ctx)} ADD {fact.spec.text}"
        return [Step(sql, f"add {fact.id[4].lower()} {fact.id[5]} to operator family {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        word, number, left, right = fact.id[4:]
        sql = f"ALTER {family(fact.id, ctx)} DROP {word} {number} ({left}, {right})"
        return [Step(sql, f"drop {word.lower()} {number} from operator family {fact.id[2]}")]


class OperatorClass(Kind):
    name = "operator_class"
    present = made("pg_opclass")
    rank = 58

    def query(self, server: Server) -> str:
        own = (
            "FROM pg_catalog.{0} {1} JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.{0}'::regclass"
            " AND d.objid = {1}.oid WHERE d.refclassid = 'pg_catalog.pg_opclass'::regclass AND d.refobjid = c.oid"
        )
        operators, functions = own.format("pg_amop", "o"), own.format("pg_amproc", "p")
        return f"""
            SELECT c.oid::int8, n.nspname, c.opcname, a.amname, pg_catalog.format_type(c.opcintype, NULL), c.opcdefault,
                   {qualified("pg_opfamily", "opf", "c.opcfamily", server)},
                   CASE WHEN c.opckeytype <> 0 THEN pg_catalog.format_type(c.opckeytype, NULL) END,
                   ARRAY(SELECT {operator_item(server)} AS item {operators} ORDER BY o.amopstrategy, item),
                   ARRAY(SELECT {function_item(server)} AS item {functions} ORDER BY p.amprocnum, item),
                   ARRAY(SELECT o.oid::int8 {operators}), ARRAY(SELECT p.oid::int8 {functions})
              FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace
              JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
             WHERE c.opcnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, method, type, default, family_name, storage, operators, functions, *oids in rows:
            if reader.is_member("pg_opclass", oid):
                continue
            id = ("operator_class", schema, name, method)
            items = (*((f"STORAGE {storage}",) if storage else ()), *operators, *functions)
            spec = ClassSpec(type, default, family_name, items or (f"STORAGE {type}",))
            reader.add(id, spec, ("pg_opclass", oid), needs=[("schema", schema)])
            for catalog, members in zip(("pg_amop", "pg_amproc"), oids, strict=True):
                for member in members:
                    reader.alias(catalog, member, id)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: ClassSpec = fact.spec
        items = ",\n  ".join(spec.items)
        sql = (
            f"CREATE OPERATOR CLASS {ctx.name(*fact.id[1:3])}{' DEFAULT' if spec.default else ''} FOR TYPE {spec.type}"
            f" USING {ident(fact.id[3])} FAMILY {spec.family} AS\n  {items}"
        )
        return [Step(sql, f"create operator class {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP OPERATOR CLASS {ctx.name(*fact.id[1:3])} USING {ident(fact.id[3])}"
        return [Step(sql, f"drop operator class {fact.id[2]}")]


def family(id: Id, ctx: Context) -> str:
    """A family, or a member's family, as its statements name it."""
    return f"OPERATOR FAMILY {ctx.name(*id[1:3])} USING {ident(id[3])}"
