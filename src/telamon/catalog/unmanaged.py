"""What is in a database and no kind knows: named, so that nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    "pg_constraint": "conrelid", "pg_attrdef": "adrelid", "pg_trigger": "tgrelid", "pg_rewrite": "ev_class",
    "pg_policy": "polrelid", "pg_publication_rel": "prrelid",
}  # fmt: skip
ELSEWHERE = (
    "pg_cast", "pg_language", "pg_am", "pg_transform", "pg_event_trigger", "pg_foreign_data_wrapper",
    "pg_foreign_server", "pg_publication", "pg_extension",
)  # fmt: skip


def objects_query(server: Server) -> str:
    """One query for (catalog, OIDs) of everything that people made and that stands by itself.

    Left out is what is an inner part of something else, of a partitioned table's part, or a member of an extension:
    `pg_depend.deptype` i, P and e.
    """
    parts = [
        f"SELECT 'pg_catalog.{catalog}'::regclass, oid FROM pg_catalog.{catalog} WHERE {column} IN {server.namespaces}"
        for catalog, column in IN_SCHEMAS.items()
    ]
    parts += [
        f"SELECT 'pg_catalog.{catalog}'::regclass, x.oid FROM pg_catalog.{catalog} x"
        f" JOIN pg_catalog.pg_class c ON c.oid = x.{column} WHERE c.relnamespace IN {server.namespaces}"
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
        SELECT c.relname, array_agg(x.oid::int8)
          FROM ({" UNION ALL ".join(parts)}) AS x (class, oid)
          JOIN pg_catalog.pg_class c ON c.oid = x.class
         WHERE x.oid >= 16384
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                            WHERE d.classid = x.class AND d.objid = x.oid AND d.objsubid = 0
                              AND d.deptype IN ('i', 'P', 'e'))
         GROUP BY 1"""


def describe(connection: psycopg.Connection[tuple[Any, ...]], objects: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Names objects as PostgreSQL does, sorted: `text search parser public.p`.

    Args:
        objects: (catalog, OID); those that are gone by now are left out.
    """
    catalogs, oids = zip(*objects, strict=True)
    query = """
        SELECT i.type || ' ' || i.identity
          FROM unnest(%s::text[], %s::oid[]) AS o (catalog, oid),
               pg_catalog.pg_identify_object(('pg_catalog.' || o.catalog)::regclass, o.oid, 0) AS i
         WHERE i.identity IS NOT NULL"""
    rows: Sequence[tuple[str]] = connection.execute(query, (list(catalogs), list(oids))).fetchall()
    return tuple(sorted(row[0] for row in rows))
