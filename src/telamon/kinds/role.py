"""Roles, where the configuration says which are managed: their attributes, never their passwords."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.quote import block, ident, literal
from telamon.role_patterns import is_managed

ATTRIBUTES = {
    "SUPERUSER": "rolsuper", "INHERIT": "rolinherit", "CREATEROLE": "rolcreaterole", "CREATEDB": "rolcreatedb",
    "LOGIN": "rolcanlogin", "REPLICATION": "rolreplication", "BYPASSRLS": "rolbypassrls",
}  # fmt: skip
"""As CREATE ROLE names them, and as `pg_roles` does."""


class RoleSpec(Struct, frozen=True):
    """
    Args:
        attributes: those that it has, as CREATE ROLE names them.
        limit: of its connections, -1 for none.
        until: when its password ends to be valid, "infinity" for never.
    """

    attributes: tuple[str, ...] = ("INHERIT",)
    limit: int = -1
    until: str = "infinity"

    def clauses(self, before: RoleSpec) -> Iterator[str]:
        """What ALTER ROLE has to say where a role was like `before`."""
        for word in ATTRIBUTES:
            if (word in self.attributes) != (word in before.attributes):
                yield word if word in self.attributes else f"NO{word}"
        if self.limit != before.limit:
            yield f"CONNECTION LIMIT {self.limit}"
        if self.until != before.until:
            yield f"VALID UNTIL {literal(self.until)}"


class Role(Kind):
    """A role belongs to the server. One that another database's migrations have made there is taken over, not made."""

    name = "role"
    rank = 0
    beside = True

    def query(self, server: Server) -> str:
        if not server.roles:
            return ""
        words = ", ".join(f"r.{column}" for column in ATTRIBUTES.values())
        return f"""
            SELECT r.oid::int8, r.rolname, ARRAY[{words}], r.rolconnlimit, coalesce(r.rolvaliduntil::text, 'infinity')
              FROM pg_catalog.pg_roles r WHERE r.oid::int8 >= 16384 AND r.rolname !~ '^pg_' ORDER BY r.rolname"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, name, has, limit, until in rows:
            if is_managed(name, reader.server.roles):
                attributes = tuple(word for word, yes in zip(ATTRIBUTES, has, strict=True) if yes)
                reader.add(("role", name), RoleSpec(attributes, limit, until), ("pg_authid", oid))

    def around(self, operation: str, fact: Fact, ctx: Context) -> tuple[list[tuple[str, Id]], list[tuple[str, Id]]]:
        """What names a role changes while it is there."""
        if operation == "drop":
            return [(change, id) for id in naming(ctx.old).get(fact.id[1], ()) for change in ("drop", "alter")], []
        after = [(change, id) for id in naming(ctx.new).get(fact.id[1], ()) for change in ("create", "alter")]
        return [], after if operation == "create" else []

    def outside(self, fact: Fact, old: Catalog, new: Catalog) -> bool:
        return fact.id[1] == old.user  # whoever reads, and will migrate

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        name = fact.id[1]
        make = (
            f"BEGIN\n  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal(name)}) THEN\n"
            f"    CREATE ROLE {ident(name)};\n  END IF;\nEND"
        )
        step = Step(f"DO {block(make)}", f"create role {name}, unless the server has it")
        return [step, *self.change(fact, RoleSpec())]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        name = fact.id[1]
        comment = f"drop role {name}; the server refuses while anything in another database depends on it"
        loss = f"role {name} with its password, for all databases of the server"
        return [Step(f"DROP ROLE {ident(name)}", comment, loss=loss, held=HELD.format(ident(name)))]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.change(new, old.spec)

    def change(self, fact: Fact, before: RoleSpec) -> list[Step]:
        name, clauses = fact.id[1], " ".join(fact.spec.clauses(before))
        return [Step(f"ALTER ROLE {ident(name)} {clauses}", f"modify role {name}: {clauses}")] if clauses else []

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"ALTER ROLE {ident(fact.id[1])} RENAME TO {ident(name)}"
        return Step(sql, f"rename role {fact.id[1]} to {name}; an MD5 password is cleared by that")


HELD = "Give what it owns to another role (REASSIGN OWNED BY {0} TO ...), take away what it may do (DROP OWNED BY {0})."


@lru_cache(maxsize=4)
def naming(catalog: Catalog) -> Mapping[str, Sequence[Id]]:
    """The facts that name each role: owners, grants, policies and the like."""
    from telamon.kinds import BY_NAME

    found: dict[str, list[Id]] = {}
    for fact in catalog:
        for name in BY_NAME[fact.kind].roles(fact):
            found.setdefault(name, []).append(fact.id)
    return found
