"""Domains and their constraints."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.types import stored, swap_type, type_names
from telamon.quote import ident


class DomainSpec(Struct, frozen=True):
    """
    Args:
        checks: (name, definition) of the constraints, not null included: they are facts of their own, but whether they
            can be added in place depends on where the domain is used.
    """

    base: str
    collation: tuple[str, str] | None
    default: str | None
    not_null: bool
    checks: tuple[tuple[str, str], ...]


class DomainCheckSpec(Struct, frozen=True):
    definition: str
    valid: bool


class Domain(Kind):
    name = "domain"
    present = "SELECT FROM pg_catalog.pg_type WHERE typtype = 'd' AND oid >= 16384"
    rank = 12
    swaps = True
    follows = False

    def query(self, server: Server) -> str:
        return f"""
            SELECT t.oid::int8, n.nspname, t.typname, t.typarray::int8,
                   pg_catalog.format_type(t.typbasetype, t.typtypmod),
                   CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::int8 END,
                   CASE WHEN t.typdefaultbin IS NOT NULL THEN pg_catalog.pg_get_expr(t.typdefaultbin, 0)
                        ELSE t.typdefault END,
                   t.typnotnull,
                   ARRAY(SELECT ARRAY[c.conname::text, pg_catalog.pg_get_constraintdef(c.oid)]
                           FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid ORDER BY c.conname)
              FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
              JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
             WHERE t.typtype = 'd' AND t.typnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, array, base, collation, default, not_null, checks in rows:
            if reader.is_member("pg_type", oid):
                continue
            id = ("domain", schema, name)
            named = reader.name_of("pg_collation", collation) if collation else None
            listed = tuple((check, definition) for check, definition in checks)
            spec = DomainSpec(base, named, default, not_null, listed)
            reader.add(id, spec, ("pg_type", oid), needs=[("schema", schema)])
            reader.alias("pg_type", array, id)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return type_names(fact)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec = fact.spec
        parts = [f"CREATE DOMAIN {ctx.name(*fact.id[1:])} AS {spec.base}"]
        if spec.collation:
            parts.append(f"COLLATE {ctx.name(*spec.collation)}")
        if spec.default is not None:
            parts.append(f"DEFAULT {spec.default}")
        if spec.not_null and ctx.server.major < 17:
            parts.append("NOT NULL")
        for check in ctx.folded.get(fact.id, ()):
            parts.append(f"CONSTRAINT {ident(check.id[-1])} {check.spec.definition}")
        return [Step(" ".join(parts), f"create domain {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"DROP DOMAIN {ctx.name(*fact.id[1:])}", f"drop domain {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        free = {"default": None, "not_null": False, "checks": ()}
        if replace(old.spec, **free) != replace(new.spec, **free):
            return None
        stricter = new.spec.not_null > old.spec.not_null or set(new.spec.checks) - set(old.spec.checks)
        if stricter and enclosed(old.id, ctx):
            return None
        steps = []
        head, comment = f"ALTER DOMAIN {ctx.name(*new.id[1:])}", f"alter domain {new.id[2]}"
        if old.spec.default != new.spec.default:
            what = "DROP DEFAULT" if new.spec.default is None else f"SET DEFAULT {new.spec.default}"
            steps.append(Step(f"{head} {what}", comment))
        if old.spec.not_null != new.spec.not_null and ctx.server.major < 17:
            steps.append(Step(f"{head} {'SET' if new.spec.not_null else 'DROP'} NOT NULL", comment))
        return steps

    def swap(self, fact: Fact, ctx: Context) -> tuple[list[Step], list[Step]]:
        return swap_type(fact, ctx, "DOMAIN")


def enclosed(domain: Id, ctx: Context) -> bool:
    """Whether rows may hold values of the domain inside of others, where PostgreSQL refuses to check them."""
    for fact in ctx.old:
        if domain not in fact.needs:
            continue
        inside = fact.kind in ("composite", "range")
        if fact.kind == "column" and fact.spec.type.endswith("[]"):
            return True
        if fact.kind == "domain":
            if enclosed(fact.id, ctx):
                return True
            inside = fact.spec.base.endswith("[]")
        if inside and stored(fact.id, ctx):
            return True
    return False


class DomainConstraint(Kind):
    name = "domain_constraint"
    present = "SELECT FROM pg_catalog.pg_constraint WHERE contypid >= 16384"
    rank = 13
    folds = True

    def query(self, server: Server) -> str:
        return """
            SELECT c.oid::int8, c.contypid::int8, c.conname, c.convalidated,
                   pg_catalog.pg_get_constraintdef(c.oid)
              FROM pg_catalog.pg_constraint c WHERE c.contypid >= 16384"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, domain_oid, name, valid, definition in rows:
            domain = reader.find("pg_type", domain_oid)
            if domain is not None:
                id = ("domain_constraint", *domain[1:], name)
                reader.add(id, DomainCheckSpec(definition, valid), ("pg_constraint", oid), parent=domain)

    def foldable(self, fact: Fact) -> bool:
        return bool(fact.spec.valid)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"ALTER DOMAIN {ctx.name(*fact.id[1:3])} ADD CONSTRAINT {ident(fact.id[3])} {fact.spec.definition}"
        return [Step(sql, f"add constraint {fact.id[3]} to domain {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"ALTER DOMAIN {ctx.name(*fact.id[1:3])} DROP CONSTRAINT {ident(fact.id[3])}"
        return [Step(sql, f"drop constraint {fact.id[3]} of domain {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if new.spec.valid and not old.spec.valid and old.spec.definition == f"{new.spec.definition} NOT VALID":
            sql = f"ALTER DOMAIN {ctx.name(*new.id[1:3])} VALIDATE CONSTRAINT {ident(new.id[3])}"
            return [Step(sql, f"validate constraint {new.id[3]} of domain {new.id[2]}")]
        return None
