"""Memberships of managed roles in other roles. Who granted them is not a part of the schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.quote import ident
from telamon.role_patterns import is_managed


class MembershipSpec(Struct, frozen=True):
    """
    Args:
        admin: whether the member may make others members.
        inherit: whether it has what the role has; before PostgreSQL 16 an attribute of the member.
        set: whether it can become the role; before 16 every member can.
    """

    admin: bool
    inherit: bool
    set: bool


class Membership(Kind):
    """The path: role, member. It is a part of the member, which must be a managed role."""

    name = "membership"
    rank = 1
    beside = True

    def query(self, server: Server) -> str:
        if not server.roles:
            return ""
        inherit = server.since(16, "bool_or(a.inherit_option)", "bool_or(m.rolinherit)")
        assume = server.since(16, "bool_or(a.set_option)", "true")
        # Whoever may create roles, but is no superuser, gets from the server a hold on those that it creates.
        hold = "a.grantor = 10 AND a.admin_option AND NOT a.inherit_option AND NOT a.set_option"
        made = server.since(16, f" AND NOT (m.rolcreaterole AND NOT m.rolsuper AND {hold})", "")
        return f"""
            SELECT r.rolname, m.rolname, bool_or(a.admin_option), {inherit}, {assume}
              FROM pg_catalog.pg_auth_members a JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
              JOIN pg_catalog.pg_roles m ON m.oid = a.member
             WHERE m.rolname <> current_user AND m.rolname !~ '^pg_'{made} GROUP BY 1, 2 ORDER BY 1, 2"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        managed = reader.server.roles
        for role, member, *options in rows:
            if is_managed(member, managed):
                id, parent = (self.name, role, member), ("role", member)
                reader.add(id, MembershipSpec(*options), parent=parent, needs=[("role", role)])
            elif is_managed(role, managed):
                reader.leave(f"membership of {member} in role {role}")

    def roles(self, fact: Fact) -> Sequence[str]:
        return (fact.id[1],)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        spec: MembershipSpec = fact.spec
        member = ctx.new.facts[("role", fact.id[2])]
        words = [] if not spec.admin else ["ADMIN OPTION"]
        if ctx.server.major >= 16 and (spec.inherit, spec.set) != ("INHERIT" in member.spec.attributes, True):
            words = self.options(spec)
        return [self.grant(fact, words)]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        _, role, member = fact.id
        return [Step(f"REVOKE {ident(role)} FROM {ident(member)}", f"take {member} out of role {role}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        if ctx.server.major >= 16:
            return [self.grant(new, self.options(new.spec))]
        if old.spec.admin == new.spec.admin:
            return []  # the attribute of the member says the rest
        if new.spec.admin:
            return [self.grant(new, ["ADMIN OPTION"])]
        _, role, member = new.id
        sql = f"REVOKE ADMIN OPTION FOR {ident(role)} FROM {ident(member)}"
        return [Step(sql, f"let {member} no longer administer role {role}")]

    @staticmethod
    def options(spec: MembershipSpec) -> list[str]:
        named = {"ADMIN": spec.admin, "INHERIT": spec.inherit, "SET": spec.set}
        return [f"{word} {'TRUE' if value else 'FALSE'}" for word, value in named.items()]

    @staticmethod
    def grant(fact: Fact, options: Sequence[str]) -> Step:
        _, role, member = fact.id
        tail = f" WITH {', '.join(options)}" if options else ""
        return Step(f"GRANT {ident(role)} TO {ident(member)}{tail}", f"make {member} a member of role {role}")
