"""Privileges on PostgreSQL's own objects, where they are not as a new database has them.

Services change such privileges on their own account, too: what only a live database has is named, and left alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from telamon.catalog.facts import Catalog, Fact
from telamon.kinds.base import Context, Reader, Row, Server
from telamon.kinds.grant import Grant
from telamon.kinds.privileges import by_grantee, exploded

OWN = "IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
OBJECTS = (
    ("pg_class", "relacl", "CASE x.relkind WHEN 'S' THEN 's' ELSE 'r' END", "relowner", f"x.relnamespace {OWN}"),
    ("pg_proc", "proacl", "'f'", "proowner", f"x.pronamespace {OWN}"),
    ("pg_type", "typacl", "'T'", "typowner", f"x.typnamespace {OWN}"),
    ("pg_language", "lanacl", "'l'", "lanowner", "x.lanpltrusted"),
    ("pg_namespace", "nspacl", "'n'", "nspowner", f"x.oid {OWN}"),
)
"""Catalog, its privileges, the letter that they go by, its owner, and of which objects."""
PUBLISHED = {
    "pg_class": ("x.relnamespace = 'information_schema'::regnamespace", "SELECT"),
    "pg_namespace": ("x.oid = 'information_schema'::regnamespace", "USAGE"),
}
"""What everybody may do with the information schema, of which `pg_init_privs` says nothing."""


def standard(catalog: str, letter: str, owner: str) -> str:
    """The privileges of a new database's objects, as far as `pg_init_privs` does not know."""
    plain = f'pg_catalog.acldefault({letter}::"char", x.{owner})'
    if catalog not in PUBLISHED:
        return plain
    which, privilege = PUBLISHED[catalog]
    public = f"ARRAY[pg_catalog.makeaclitem(0, x.{owner}, '{privilege}', false)]"
    return f"{plain} || CASE WHEN {which} THEN {public} ELSE '{{}}' END"


class SystemGrant(Grant):
    """The path: system, type, name, column if it is about one, grantee, grantor if that is not the owner."""

    name = "system_grant"
    rank = 83
    beside = True
    apart = True

    def query(self, server: Server) -> str:
        if server.schemas:
            return ""
        parts = [
            f"SELECT 'pg_catalog.{catalog}'::regclass, x.oid, 0, NULL, x.{acl},"
            f" {standard(catalog, letter, owner)}, x.{owner}"
            f" FROM pg_catalog.{catalog} x WHERE x.oid < 16384 AND x.{acl} IS NOT NULL AND {condition}"
            for catalog, acl, letter, owner, condition in OBJECTS
        ]
        # Relation by relation (OFFSET 0 keeps it so): most attributes are other people's.
        parts.append(
            "SELECT 'pg_catalog.pg_class'::regclass, x.oid, a.attnum, a.attname::text, a.attacl,"
            " '{}'::pg_catalog.aclitem[], x.relowner FROM pg_catalog.pg_class x,"
            " LATERAL (SELECT * FROM pg_catalog.pg_attribute WHERE attrelid = x.oid AND attacl IS NOT NULL OFFSET 0) a"
            f" WHERE x.oid < 16384 AND x.relkind <> 'i' AND x.relnamespace {OWN}"
        )
        usual = "coalesce(i.initprivs, x.standard)"
        # The identity of a type is the standard's name for it where there is one, which GRANT does not take.
        name = "CASE o.type WHEN 'type' THEN o.schema || '.' || o.name ELSE o.identity END"
        return f"""
            SELECT o.type, {name}, x.attribute, pg_catalog.pg_get_userbyid(x.owner), {exploded("x.acl")},
                   {exploded(usual)}
              FROM ({" UNION ALL ".join(parts)}) AS x (class, oid, sub, attribute, acl, standard, owner)
              LEFT JOIN pg_catalog.pg_init_privs i ON i.classoid = x.class AND i.objoid = x.oid AND i.objsubid = x.sub,
                   pg_catalog.pg_identify_object(x.class, x.oid, 0) AS o
             WHERE x.acl IS DISTINCT FROM {usual}"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for type, identity, attribute, owner, held, given in rows:
            target = ("system", type, identity, *([attribute] if attribute else []))
            for tail, spec, grantor in self.moved(owner, by_grantee(held), by_grantee(given)):
                needs = [(self.name, *target, f"to {grantor}")] if grantor else ()
                reader.add((self.name, *target, *tail), spec, needs=needs)

    def outside(self, fact: Fact, old: Catalog, new: Catalog) -> bool:
        return True

    def missing(self, ctx: Context) -> list[Fact]:
        return []
