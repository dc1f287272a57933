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


def silenced_query(server: Server) -> str:
    """One query for descriptions of constraints whose own triggers somebody silenced: DISABLE TRIGGER ALL does it.

    No statement names such a trigger in two databases, and `pg_dump` says nothing of it.
    """
    return f"""
        SELECT DISTINCT 'state of the triggers of constraint ' || pg_catalog.quote_ident(k.conname) || ' on table '
               || k.conrelid::pg_catalog.regclass
          FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
         WHERE t.tgisinternal AND t.tgenabled <> 'O' AND k.conparentid = 0 AND {server.of_relations("k.conrelid")}"""


def objects_query(server: Server) -> str:
    """One query for (catalog, OIDs) of everything that people made, but for inner parts that are easily told.

    Parts of temporary tables are among it, where all schemas are in scope.
    """
    database = "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    parts = [
        *((catalog, f"{column} IN {server.namespaces}") for catalog, column in IN_SCHEMAS.items()),
        *((catalog, server.of_relations(column)) for catalog, column in OF_RELATIONS.items()),
        *((catalog, "true") for catalog in ELSEWHERE),
        ("pg_subscription", f"subdbid = {database}"),
        ("pg_default_acl", f"(defaclnamespace = 0 OR defaclnamespace IN {server.namespaces})"),
        # A user's own family is one object with what it holds; additions to PostgreSQL's families are not.
        ("pg_amop", "amopfamily < 16384"),
        ("pg_amproc", "amprocfamily < 16384"),
    ]
    made = [
        f"SELECT '{catalog}', array_agg(oid) FROM pg_catalog.{catalog}"
        f" WHERE oid::int8 >= 16384 AND {condition}{OUTER.get(catalog, '')}"
        for catalog, condition in parts
        if not server.lacks(catalog)
    ]
    # Not everybody may read the catalog itself.
    made.append("SELECT 'pg_user_mapping', array_agg(umid) FROM pg_catalog.pg_user_mappings")
    return " UNION ALL ".join(made)


def describe(connection: psycopg.Connection[tuple[Any, ...]], objects: Iterable[tuple[str, int]]) -> list[str]:
    """Names objects as PostgreSQL does: `text search parser public.p`.

    Left out is what is an inner part of something else, of a partition or of a temporary table, or a member of an
    extension (`pg_depend.deptype` i, P and e).

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
                             LEFT JOIN pg_catalog.pg_class c
                               ON d.refclassid = 'pg_catalog.pg_class'::regclass AND c.oid = d.refobjid
                            WHERE d.classid = ('pg_catalog.' || o.catalog)::regclass AND d.objid = o.oid
                              AND d.objsubid = 0 AND (d.deptype IN ('i', 'P', 'e') OR c.relpersistence = 't'))"""
    return [name for (name,) in connection.execute(query, (list(catalogs), list(oids)))]
