"""Privileges on configuration parameters (GRANT SET ON PARAMETER), of managed roles. Who granted them is not a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from telamon.catalog.facts import Fact
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.privileges import Privileges, by_grantee, exploded, moves, union
from telamon.quote import ident
from telamon.role_patterns import is_managed


class ParameterGrantSpec(Struct, frozen=True):
    """
    Args:
        held: SET and ALTER SYSTEM, with grant option or without.
    """

    held: Privileges


class ParameterGrant(Kind):
    """The path: role, parameter. It belongs to the server, as the role does."""

    name = "parameter_grant"
    rank = 2
    beside = True

    def query(self, server: Server) -> str:
        if not server.roles or server.major < 15:
            return ""
        return f"SELECT p.parname, {exploded('p.paracl')} FROM pg_catalog.pg_parameter_acl p"

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for parameter, acl in rows:
            held: dict[str, Privileges] = {}
            for (grantee, _), privileges in by_grantee(acl).items():
                held[grantee] = union(held.get(grantee, ()), privileges)
            for role, privileges in held.items():
                if role and is_managed(role, reader.server.roles):
                    spec = ParameterGrantSpec(privileges)
                    reader.add((self.name, role, parameter), spec, needs=[("role", role)])

    def roles(self, fact: Fact) -> Sequence[str]:
        return (fact.id[1],)

    def within(self, fact: Fact, server: Server) -> Fact | None:
        return fact if server.major >= 15 else None

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, (), fact.spec.held)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, fact.spec.held, ())

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.change(new, old.spec.held, new.spec.held)

    def change(self, fact: Fact, old: Privileges, new: Privileges) -> list[Step]:
        _, role, parameter = fact.id
        steps = []
        for verb, privileges, tail in moves(old, new):
            link = "TO" if verb == "GRANT" else "FROM"
            name = ident(*parameter.split("."))
            sql = f"{verb} {', '.join(privileges)} ON PARAMETER {name} {link} {ident(role)}{tail}"
            steps.append(Step(sql, f"change what {role} may do with parameter {parameter}"))
        return steps
