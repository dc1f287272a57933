"""Row security policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.quote import ident, role

COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


class PolicySpec(Struct, frozen=True):
    """
    Args:
        roles: sorted; "" is PUBLIC.
    """

    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: str | None
    check: str | None


class Policy(Kind):
    name = "policy"
    remade = True
    leaf = True
    present = made("pg_policy")
    renames_freely = True
    rank = 63
    after_rows = True

    def query(self, server: Server) -> str:
        return f"""
            SELECT p.oid::int8, p.polrelid::int8, p.polname, p.polpermissive, p.polcmd::text,
                   ARRAY(SELECT coalesce(r.rolname::text, '') FROM unnest(p.polroles) AS u
                           LEFT JOIN pg_catalog.pg_roles r ON r.oid = u ORDER BY 1),
                   pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
              FROM pg_catalog.pg_policy p WHERE {server.of_relations("p.polrelid")}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, relation, name, permissive, command, roles, using, check in rows:
            table = reader.find("pg_class", relation)
            if table is not None:
                spec = PolicySpec(permissive, COMMANDS[command], tuple(roles), using, check)
                reader.add(("policy", *table[1:], name), spec, ("pg_policy", oid), parent=table)

    def roles(self, fact: Fact) -> Sequence[str]:
        return [name for name in fact.spec.roles if name]

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: PolicySpec = fact.spec
        words = [f"CREATE POLICY {ident(fact.id[3])} ON {ctx.name(*fact.id[1:3])}"]
        if not spec.permissive:
            words.append("AS RESTRICTIVE")
        if spec.command != "ALL":
            words.append(f"FOR {spec.command}")
        if spec.roles != ("",):
            words.append(f"TO {', '.join(role(name) for name in spec.roles)}")
        if spec.using is not None:
            words.append(f"USING ({spec.using})")
        if spec.check is not None:
            words.append(f"WITH CHECK ({spec.check})")
        return [Step(" ".join(words), f"create policy {fact.id[3]} on {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"DROP POLICY {ident(fact.id[3])} ON {ctx.name(*fact.id[1:3])}"
        return [Step(sql, f"drop policy {fact.id[3]} on {fact.id[2]}")]

    def rename(self, fact: Fact, name: str, ctx: Context) -> Step | None:
        sql = f"ALTER POLICY {ident(fact.id[3])} ON {ctx.name(*fact.id[1:3])} RENAME TO {ident(name)}"
        return Step(sql, f"rename policy {fact.id[3]} of table {fact.id[2]} to {name}")

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        before, after = old.spec, new.spec
        if (before.permissive, before.command) != (after.permissive, after.command):
            return None
        # ALTER POLICY can replace an expression but not take one away.
        if (before.using is not None and after.using is None) or (before.check is not None and after.check is None):
            return None
        words = [f"ALTER POLICY {ident(new.id[3])} ON {ctx.name(*new.id[1:3])}"]
        if before.roles != after.roles:
            words.append(f"TO {', '.join(role(name) for name in after.roles)}")
        if before.using != after.using:
            words.append(f"USING ({after.using})")
        if before.check != after.check:
            words.append(f"WITH CHECK ({after.check})")
        return [Step(" ".join(words), f"alter policy {new.id[3]} on {new.id[2]}")]
