"""What is in a database and no kind knows: named, so that nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from telamon.kinds.base import Server

# Catalogs whose objects have a schema, and the column that says which.
IN_SCHEMAS = {
    "pg_class": "relnamespace", "pg_type": "typnamespace", "pg_proc": "pronamespace", "pg_operator": "oprnamespace",
    "pg_opclass": "opcnamespace", "pg_opfamily": "opfnamespace", "pg_collation": "collnamespace",
    "pg_conversion": "connamespace", "pg_statistic_ext": "stxnamespace", "pg_ts_config": "cfgnamespace",
    "pg_ts_dict": "dictnamespace", "pg_ts_parser": "prsnamespace", "pg_ts_template": "tmplnamespace",
    "pg_namespace": "oid",
}  # fmt: skip
# Catalogs of parts of relations, and the column of the relation.
OF_RELATIONS = {
    "pg_constraint": "conrelid", "pg_trigger": "tgrelid", "pg_rewrite": "ev_class",
    "pg_policy": "polrelid", "pg_publication_rel": "prrelid",
}  # fmt: skip
ELSEWHERE = (
    "pg_cast", "pg_language", "pg_am", "pg_transform", "pg_event_trigger", "pg_foreign_data_wrapper",
    "pg_foreign_server", "pg_publication", "pg_extension",
)  # fmt: skip
# Row types and arrays; triggers of foreign keys and of partitions; constraints that partitions have from their parents,
# and NOT NULL, which like a default (in pg_attrdef) is nothing but a property of its column.
OUTER = {
    "pg_type": " AND typrelid = 0 AND NOT (typtype = 'b' AND typelem <> 0 AND typarray = 0)",
    "pg_trigger": " AND NOT tgisinternal AND tgparentid = 0",
    "pg_constraint": " AND conparentid = 0 AND contype <> 'n'",
}
# Catalogs of PostgreSQL's own objects whose privileges people change, and the columns of privileges, owner and schema.
PRIVILEGES = {
    "pg_class": ("relacl", "CASE x.relkind WHEN 'S' THEN 's' ELSE 'r' END", "relowner", "relnamespace"),
    "pg_proc": ("proacl", "'f'", "proowner", "pronamespace"),
    "pg_type": ("typacl", "'T'", "typowner", "typnamespace"),
}


def privileges_query() -> str:
    """One query for descriptions of PostgreSQL's own objects whose privileges are not as initdb left them.

    They are named, not managed: services change them on their own account, and a plan must not undo that.
    """
    parts = [
        f"SELECT 'pg_catalog.{catalog}'::regclass, x.oid, 0, x.{acl},"
        f' pg_catalog.acldefault({letter}::"char", x.{owner})'
        f" FROM pg_catalog.{catalog} x WHERE x.oid < 16384 AND x.{acl} IS NOT NULL"
        f" AND x.{schema} = 'pg_catalog'::regnamespace"
        for catalog, (acl, letter, owner, schema) in PRIVILEGES.items()
    ]
    parts.append(
        "SELECT 'pg_catalog.pg_class'::regclass, attrelid, attnum, attacl, NULL"
        " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
        " WHERE c.oid < 16384 AND attacl IS NOT NULL AND c.relnamespace = 'pg_catalog'::regnamespace"
    )
    return f"""
        SELECT 'privileges on ' || o.type || ' ' || o.identity
          FROM ({" UNION ALL ".join(parts)}) AS x (class, oid, sub, acl, standard)
          LEFT JOIN pg_catalog.pg_init_privs i ON i.classoid = x.class AND i.objoid = x.oid AND i.objsubid = x.sub,
               pg_catalog.pg_identify_object(x.class, x.oid, x.sub) AS o
         WHERE x.acl IS DISTINCT FROM coalesce(i.initprivs, x.standard)"""


def objects_query(server: Server) -> str:
    """One query for (catalog, OIDs) of everything that people made, but for inner parts that are easily told."""
    parts = [
        f"SELECT 'pg_catalog.{catalog}'::regclass, oid FROM pg_catalog.{catalog} WHERE {column} IN {server.namespaces}"
        f"{OUTER.get(catalog, '')}"
        for catalog, column in IN_SCHEMAS.items()
    ]
    parts += [
        f"SELECT 'pg_catalog.{catalog}'::regclass, x.oid FROM pg_catalog.{catalog} x"
        f" JOIN pg_catalog.pg_class c ON c.oid = x.{column} WHERE c.relnamespace IN {server.namespaces}"
        f"{OUTER.get(catalog, '')}"
        for catalog, column in OF_RELATIONS.items()
    ]
    parts += [f"SELECT 'pg_catalog.{catalog}'::regclass, oid FROM pg_catalog.{catalog}" for catalog in ELSEWHERE]
    parts += [
        "SELECT 'pg_catalog.pg_user_mapping'::regclass, umid FROM pg_catalog.pg_user_mappings",
        "SELECT 'pg_catalog.pg_subscription'::regclass, oid FROM pg_catalog.pg_subscription WHERE subdbid ="
        " (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())",
        "SELECT 'pg_catalog.pg_default_acl'::regclass, oid FROM pg_catalog.pg_default_acl"
        f" WHERE defaclnamespace = 0 OR defaclnamespace IN {server.namespaces}",
        # A user's own family is one object with what it holds; additions to PostgreSQL's families are not.
        "SELECT 'pg_catalog.pg_amop'::regclass, oid FROM pg_catalog.pg_amop WHERE amopfamily < 16384",
        "SELECT 'pg_catalog.pg_amproc'::regclass, oid FROM pg_catalog.pg_amproc WHERE amprocfamily < 16384",
    ]
    return f"""
        SELECT (SELECT relname FROM pg_catalog.pg_class WHERE oid = x.class), array_agg(x.oid)
          FROM ({" UNION ALL ".join(parts)}) AS x (class, oid) WHERE x.oid::int8 >= 16384 GROUP BY x.class"""


def describe(connection: psycopg.Connection[tuple[Any, ...]], objects: Iterable[tuple[str, int]]) -> list[str]:
    """Names objects as PostgreSQL does: `text search parser public.p`.

    Left out is what is an inner part of something else, of a partition, or a member of an extension
    (`pg_depend.deptype` i, P and e).

    Args:
        objects: (catalog, OID); those that are gone by now are left out.
    """
    catalogs, oids = zip(*objects, strict=True)
    query = """
        SELECT i.type || ' ' || i.identity
          FROM unnest(%s::text[], %s::oid[]) AS o (catalog, oid),
               pg_catalog.pg_identify_object(('pg_catalog.' || o.catalog)::regclass, o.oid, 0) AS i
         WHERE i.identity IS NOT NULL
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                            WHERE d.classid = ('pg_catalog.' || o.catalog)::regclass AND d.objid = o.oid
                              AND d.objsubid = 0 AND d.deptype IN ('i', 'P', 'e'))"""
    return [name for (name,) in connection.execute(query, (list(catalogs), list(oids)))]
