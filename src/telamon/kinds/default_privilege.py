"""Default privileges: what roles get on objects that will be made. Changed last, so that the plan's own objects
are made under the old ones; what those give, grants take into account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from telamon.catalog.facts import Catalog, Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Row, Server, Step, made
from telamon.kinds.privileges import Privileges, by_grantee, exploded, moves, named, union, within
from telamon.quote import ident, role

OBJECTS = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES", "n": "SCHEMAS", "L": "LARGE OBJECTS"}
OF_KINDS = {
    "table": "TABLES", "view": "TABLES", "materialized_view": "TABLES", "foreign_table": "TABLES",
    "sequence": "SEQUENCES", "function": "FUNCTIONS", "aggregate": "FUNCTIONS", "schema": "SCHEMAS",
    "enum": "TYPES", "domain": "TYPES", "composite": "TYPES", "range": "TYPES", "base_type": "TYPES",
}  # fmt: skip
# What PUBLIC has when nobody said anything (acldefault).
PUBLIC: Mapping[str, Privileges] = {"FUNCTIONS": (("EXECUTE", False),), "TYPES": (("USAGE", False),)}

Initial = Mapping[str, tuple[Privileges, Privileges]]


class DefaultPrivilegeSpec(Struct, frozen=True):
    """
    Args:
        held: what is given.
        given: what would be given by itself; nothing where it is about one schema, since that only adds.
    """

    held: Privileges
    given: Privileges


class DefaultPrivilege(Kind):
    """The path: maker ("" is the reader's own role), schema ("" is all), objects, grantee."""

    name = "default_privilege"
    present = made("pg_default_acl")
    rank = 90

    def query(self, server: Server) -> str:
        letter = "CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END"
        standard = f"CASE WHEN n.oid IS NULL THEN pg_catalog.acldefault({letter}, d.defaclrole) END"
        return f"""
            SELECT d.oid::int8, CASE WHEN r.rolname = current_user THEN '' ELSE r.rolname END, r.rolname, n.oid::int8,
                   d.defaclobjtype::text, {exploded("d.defaclacl")}, {exploded(standard)}
              FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_roles r ON r.oid = d.defaclrole
              LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
             WHERE d.defaclnamespace = 0 OR d.defaclnamespace IN {server.namespaces}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, maker, maker_name, namespace, letter, acl, standard in rows:
            schema = reader.find("pg_namespace", namespace) if namespace else None
            if namespace and schema is None:
                continue
            held, given = by_grantee(acl), by_grantee(standard)
            for grantee, grantor in sorted(held.keys() | given.keys()):
                key = (grantee, grantor)
                spec = DefaultPrivilegeSpec(held.get(key, ()), given.get(key, ()))
                if spec.held != spec.given:
                    who = "to the owner" if grantee == maker_name else f"to {grantee}"
                    id = (self.name, maker, schema[1] if schema else "", OBJECTS[letter], who)
                    reader.add(id, spec, ("pg_default_acl", oid), parent=schema)

    def within(self, fact: Fact, server: Server) -> Fact | None:
        held, given = within(fact.spec.held, server), within(fact.spec.given, server)
        return fact._replace(spec=DefaultPrivilegeSpec(held, given)) if held != given else None

    def roles(self, fact: Fact) -> Sequence[str]:
        return [*filter(None, (fact.id[1],)), *named(fact.id[-1:])]

    def phase(self, operation: str) -> int:
        return self.LAST

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, fact.spec.given, fact.spec.held)

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        return self.change(fact, fact.spec.held, fact.spec.given)

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return self.change(new, old.spec.held, new.spec.held)

    def change(self, fact: Fact, old: Privileges, new: Privileges) -> list[Step]:
        _, maker, schema, objects, grantee = fact.id
        head = "ALTER DEFAULT PRIVILEGES"
        head += f" FOR ROLE {ident(maker)}" if maker else ""
        head += f" IN SCHEMA {ident(schema)}" if schema else ""
        who = role(grantee.removeprefix("to "))
        if grantee == "to the owner":
            who = ident(maker) if maker else "CURRENT_USER"
        steps = []
        for verb, privileges, tail in moves(old, new):
            link = "TO" if verb == "GRANT" else "FROM"
            sql = f"{head} {verb} {', '.join(privileges)} ON {objects} {link} {who}{tail}"
            steps.append(Step(sql, f"change what {who} gets on new {objects.lower()}"))
        return steps


def grantable(fact: Fact) -> list[Id]:
    """The paths of what a fact's creation makes that default privileges are about."""
    if fact.kind == "column":
        identity = fact.spec.identity
        return [("sequence", identity.schema, identity.sequence)] if identity else []
    return [fact.id] if fact.kind in OF_KINDS else []


def defaults_of(target: Id) -> tuple[str, str]:
    """(objects, schema) under which default privileges for an object are found; ("", "") when there are none."""
    objects = OF_KINDS.get(target[0], "")
    return objects, target[1] if len(target) > 2 else ""


@lru_cache(maxsize=256)
def initial_privileges(catalog: Catalog, objects: str, schema: str) -> Initial:
    """By grantee: what an object holds when the reading role has just made it, and what it would without defaults."""
    found: dict[str, tuple[Privileges, Privileges]] = {}
    facts = [
        fact for fact in catalog if fact.kind == "default_privilege" and fact.id[1] == "" and fact.id[3] == objects
    ]
    for fact in facts:
        if fact.id[2] == "":
            found[fact.id[4]] = (fact.spec.held, fact.spec.given)
    for fact in facts:
        grantee = fact.id[4]
        if fact.id[2] == schema != "" and grantee != "to the owner":
            standard = PUBLIC.get(objects, ()) if grantee == "to " else ()
            held, given = found.get(grantee, (standard, standard))
            found[grantee] = (union(held, fact.spec.held), given)
    return found
