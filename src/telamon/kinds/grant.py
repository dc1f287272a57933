"""Privileges: for each object and role, how they differ from what PostgreSQL gives by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telamon.catalog.facts import Fact, Id, title
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step
from telamon.kinds.naming import described
from telamon.quote import ident, role

OBJECTS = (
    ("pg_class", "relacl", "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END", "relowner"),
    ("pg_proc", "proacl", "'f'", "proowner"),
    ("pg_namespace", "nspacl", "'n'", "nspowner"),
    ("pg_type", "typacl", "'T'", "typowner"),
    ("pg_language", "lanacl", "'l'", "lanowner"),
    ("pg_foreign_data_wrapper", "fdwacl", "'F'", "fdwowner"),
    ("pg_foreign_server", "srvacl", "'S'", "srvowner"),
)
WORDS = {"procedure": "PROCEDURE", "view": "TABLE", "materialized_view": "TABLE", "foreign_table": "TABLE",
         "foreign_data_wrapper": "FOREIGN DATA WRAPPER", "server": "FOREIGN SERVER", "domain": "TYPE",
         "enum": "TYPE", "composite": "TYPE", "range": "TYPE", "base_type": "TYPE"}  # fmt: skip

Privileges = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class GrantSpec:
    """
    Args:
        held: (privilege, with grant option), sorted.
        given: what the role holds when nobody granted or revoked anything.
    """

    held: Privileges
    given: Privileges


class Grant(Kind):
    name = "grant"
    rank = 82
    survives = frozenset({"typmod", "type", "expression"})

    def query(self, server: Server) -> str:
        parts = [
            f"SELECT '{catalog}', c.oid::int8, 0, c.{acl}::text[],"
            f' pg_catalog.acldefault({letter}::"char", c.{owner})::text[],'
            f" pg_catalog.pg_get_userbyid(c.{owner}) FROM pg_catalog.{catalog} c WHERE c.{acl} IS NOT NULL"
            f" AND (c.oid >= 16384{' OR c.oid = 2200' if catalog == 'pg_namespace' else ''})"
            for catalog, acl, letter, owner in OBJECTS
        ]
        parts.append(
            "SELECT 'pg_class', a.attrelid::int8, a.attnum, a.attacl::text[], '{}'::text[],"
            " pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_attribute a"
            " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL AND a.attrelid >= 16384"
        )
        one = (
            "ARRAY(SELECT ARRAY[coalesce(r.rolname::text, ''), g.rolname::text, a.privilege_type, a.is_grantable::text]"
            " FROM pg_catalog.aclexplode(nullif({}, '{{}}'::text[])::aclitem[]) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee"
            " LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantor)"
        )
        return (
            f"SELECT x.catalog, x.oid, x.sub, x.owner, {one.format('x.acl')}, {one.format('x.standard')}"
            f" FROM ({' UNION ALL '.join(parts)}) AS x (catalog, oid, sub, acl, standard, owner)"
        )

    def read(self, reader: Reader, rows: Sequence[Row]) -> None:
        for catalog, oid, sub, owner, held, given in rows:
            found = reader.described(catalog, oid, sub)
            if found is None:
                continue
            target, parent = found
            have, standard = by_grantee(held), by_grantee(given)
            for key in sorted(have.keys() | standard.keys()):
                spec = GrantSpec(have.get(key, ()), standard.get(key, ()))
                if spec.held == spec.given:
                    continue
                grantee, grantor = key
                # The owner is named by its role only where it is not the reader's own (see owner.py).
                who = "" if grantee == owner else f"to {grantee}"
                by = () if grantor == owner else (f"by {grantor}",)
                reader.add(("grant", *target, who or "to the owner", *by), spec, parent=parent)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, fact.spec.given, fact.spec.held, ctx)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, fact.spec.held, fact.spec.given, ctx)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.change(new, old.spec.held, new.spec.held, ctx)

    def change(self, fact: Fact, old: Privileges, new: Privileges, ctx: Context) -> list[Step]:
        target, grantee, grantor = parts(fact, ctx)
        have, want = dict(old), dict(new)
        on, column = self.object(target, ctx)
        steps = []

        def step(words: str, privileges: list[str], link: str, tail: str = "") -> None:
            listed = ", ".join(f"{privilege}{column}" for privilege in privileges)
            sql = f"{words}{listed} ON {on} {link} {grantee}{tail}"
            if grantor:
                sql = f"SET ROLE {ident(grantor)};\n{sql};\nRESET ROLE"
            verb = "revoke from" if link == "FROM" else "grant to"
            steps.append(Step(sql, f"{verb} {grantee} on {title(target)}"))

        gone = [p for p in have if p not in want]
        if gone:
            step("REVOKE ", gone, "FROM")
        lessened = [p for p in want if have.get(p) and not want[p]]
        if lessened:
            step("REVOKE GRANT OPTION FOR ", lessened, "FROM")
        for option, tail in ((False, ""), (True, " WITH GRANT OPTION")):
            added = [p for p in want if want[p] is option and (p not in have or (option and not have[p]))]
            if added:
                step("GRANT ", added, "TO", tail)
        return steps

    def object(self, target: Id, ctx: Context) -> tuple[str, str]:
        """(the object as GRANT names it, the column list)."""
        if target[0] == "column" or target[0] == "view_column":
            return f"TABLE {ctx.name(*target[1:3])}", f" ({ident(target[3])})"
        words = described(target, ctx)
        if target[0] in WORDS:
            kind = words[: words.index('"')].strip()
            words = WORDS[target[0]] + words[len(kind) :]
        elif target[0] == "aggregate":
            words = f"FUNCTION {ctx.name(*target[1:3])}({target[3]})"
        return words, ""


def by_grantee(items: list[list[str]]) -> dict[tuple[str, str], Privileges]:
    """(grantee, grantor) -> privileges."""
    found: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for grantee, grantor, privilege, grantable in items:
        found.setdefault((grantee, grantor), []).append((privilege, grantable == "true"))
    return {key: tuple(sorted(privileges)) for key, privileges in found.items()}


def parts(fact: Fact, ctx: Context) -> tuple[Id, str, str]:
    """(target, grantee as written, grantor or "") of a grant's identity."""
    path = fact.id[1:]
    grantor = ""
    if path[-1].startswith("by "):
        grantor, path = path[-1][3:], path[:-1]
    grantee = path[-1]
    target = path[:-1]
    if grantee == "to the owner":
        owner = ctx.new.get(("owner", *target)) or ctx.new.get(("owner", "table", *target[1:3]))
        return target, ident(owner.spec.role) if owner else "CURRENT_USER", grantor
    return target, role(grantee.removeprefix("to ")), grantor
