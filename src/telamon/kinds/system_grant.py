"""Privileges on PostgreSQL's own objects, where they are not as a new database has them.

Services change such privileges on their own account, too: what only a live database has is named, and left alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from telamon.catalog.facts import Catalog, Fact
from telamon.kinds.base import Context, Reader, Row, Server
from telamon.kinds.grant import OBJECTS, Grant
from telamon.kinds.privileges import by_grantee, exploded

OWN = "IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
WITHIN = {
    "pg_class": f"c.relnamespace {OWN}",
    "pg_proc": f"c.pronamespace {OWN}",
    "pg_type": f"c.typnamespace {OWN}",
    "pg_language": "true",
    "pg_namespace": f"c.oid {OWN}",
}
"""Of which of PostgreSQL's own objects people change the privileges."""
PUBLISHED = {
    "pg_class": ("c.relnamespace = 'information_schema'::regnamespace", "SELECT"),
    "pg_namespace": ("c.oid = 'information_schema'::regnamespace", "USAGE"),
}
"""What everybody may do with the information schema, of which `pg_init_privs` says nothing."""


def standard(catalog: str, letter: str, owner: str) -> str:
    """The privileges of a new database's objects, as far as `pg_init_privs` does not know."""
    plain = f'pg_catalog.acldefault({letter}::"char", c.{owner})'
    if catalog not in PUBLISHED:
        return plain
    which, privilege = PUBLISHED[catalog]
    public = f"ARRAY[pg_catalog.makeaclitem(0, c.{owner}, '{privilege}', false)]"
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
            f"SELECT 'pg_catalog.{catalog}'::regclass, c.oid, 0, NULL, c.{acl},"
            f" {standard(catalog, letter, owner)}, c.{owner}"
            f" FROM pg_catalog.{catalog} c"
            f" WHERE c.oid < 16384 AND c.{acl} IS NOT NULL AND {condition} AND {WITHIN[catalog]}"
            for catalog, acl, letter, owner, condition in OBJECTS
            if catalog in WITHIN
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
