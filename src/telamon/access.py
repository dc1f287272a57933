"""Effective access: who may do what in a database, whether by a grant, by membership or as everybody.

PostgreSQL decides: each role is asked about with `has_table_privilege` and the like, in the database itself or in a
copy on the dev server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telamon.sources import DatabaseSource, Source

if TYPE_CHECKING:
    import psycopg

    from telamon.engine import Engine

VERBS = {
    "SELECT": "read", "INSERT": "insert into", "UPDATE": "update", "DELETE": "delete from", "TRUNCATE": "truncate",
    "REFERENCES": "reference", "TRIGGER": "put triggers on", "MAINTAIN": "maintain", "USAGE": "use",
    "CREATE": "create in", "EXECUTE": "call", "OWNER": "change and drop",
}  # fmt: skip
"""What a privilege allows, in words; in the order in which they are listed."""

_ORDER = {privilege: place for place, privilege in enumerate(VERBS)}


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that a role may do.

    Args:
        role: its name; PUBLIC for everybody.
        privilege: as GRANT has it; OWNER for what only an owner may.
        kind: of the object: table, column, sequence, schema, function ...
        object: its name.
    """

    role: str
    privilege: str
    kind: str
    object: str

    def __str__(self) -> str:
        kind = "" if self.kind == "table" else f"{self.kind} "
        return f"{VERBS.get(self.privilege, self.privilege)} {kind}{self.object}"

    @property
    def key(self) -> tuple[str, str, str, int]:
        """For sorting."""
        return self.role, self.kind, self.object, _ORDER.get(self.privilege, 99)


_ACCESS = """
WITH RECURSIVE ours AS (
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), object AS (
  SELECT 'pg_class'::regclass::oid AS class, c.oid, 0 AS sub, c.relowner AS owner, c.relacl AS acl,
         CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
              WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
         quote_ident(o.nspname) || '.' || quote_ident(c.relname) AS name,
         CASE c.relkind WHEN 'S' THEN '{USAGE,SELECT,UPDATE}'
              ELSE '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER' || CASE WHEN
                   current_setting('server_version_num')::int >= 170000 THEN ',MAINTAIN}' ELSE '}' END
              END::text[] AS privileges
    FROM pg_catalog.pg_class c JOIN ours o ON o.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'pg_class'::regclass, a.attrelid, a.attnum, c.relowner, a.attacl, 'column',
         quote_ident(o.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(a.attname),
         '{SELECT,INSERT,UPDATE,REFERENCES}'
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN ours o ON o.oid = c.relnamespace
   WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, 0, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)),
         CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
         (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity, '{EXECUTE}'
    FROM pg_catalog.pg_proc p JOIN ours o ON o.oid = p.pronamespace
  UNION ALL
  SELECT 'pg_namespace'::regclass, o.oid, 0, o.nspowner, o.nspacl, 'schema', quote_ident(o.nspname), '{USAGE,CREATE}'
    FROM ours o
), own AS (
  SELECT * FROM object WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = object.class
                                            AND d.objid = object.oid AND d.deptype = 'e')
), named (oid) AS (
  SELECT 0::oid UNION SELECT owner FROM own UNION SELECT x.grantee FROM own, LATERAL aclexplode(own.acl) x
  UNION SELECT m.member FROM pg_catalog.pg_auth_members m JOIN named ON named.oid = m.roleid
), role AS (
  SELECT named.oid, coalesce(r.rolname::text, 'PUBLIC') AS name FROM named
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = named.oid
   WHERE named.oid = 0 OR (NOT r.rolsuper AND r.rolname !~ '^pg_')
)
SELECT role.name, privilege, own.kind, own.name
  FROM own CROSS JOIN role CROSS JOIN LATERAL unnest(own.privileges) AS p (privilege)
 WHERE CASE WHEN role.oid <> 0 AND pg_has_role(role.oid, own.owner, 'USAGE') THEN false
            WHEN own.sub > 0 THEN has_column_privilege(role.oid, own.oid, own.sub::int2, privilege)
                  AND NOT has_table_privilege(role.oid, own.oid, privilege)
            WHEN own.kind = 'sequence' THEN has_sequence_privilege(role.oid, own.oid, privilege)
            WHEN own.kind = 'schema' THEN has_schema_privilege(role.oid, own.oid, privilege)
            WHEN own.kind IN ('function', 'procedure') THEN has_function_privilege(role.oid, own.oid, privilege)
            ELSE has_table_privilege(role.oid, own.oid, privilege) END
UNION ALL
SELECT role.name, 'OWNER', own.kind, own.name FROM own CROSS JOIN role
 WHERE own.sub = 0 AND role.oid <> 0 AND pg_has_role(role.oid, own.owner, 'USAGE')
"""


def rights_of(engine: Engine, source: Source) -> frozenset[Right]:
    """Who may do what in the state that a source describes. Superusers, who may all, are left out.

    Raises:
        TelamonError: the source does not load, or its database cannot be read.
    """
    with _connection(engine, source) as connection:
        return frozenset(Right(*map(str, row)) for row in connection.execute(_ACCESS.encode()))


@contextmanager
def _connection(engine: Engine, source: Source) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    if isinstance(source, DatabaseSource):
        from telamon.engine import connect

        with connect(source.url) as connection:
            yield connection
        return
    with engine.database(source) as database, database.connect() as connection:
        yield connection


def report_text(rights: Iterable[Right]) -> str:
    """Who may do what: a line for each role and object."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for right in sorted(rights, key=lambda right: right.key):
        lines.setdefault((right.role, right.kind, right.object), []).append(VERBS[right.privilege])
    return "".join(f"{role}: {kind} {object}: {', '.join(verbs)}\n" for (role, kind, object), verbs in lines.items())


def change_text(gained: Iterable[Right], lost: Iterable[Right]) -> str:
    """What changes, as sentences."""
    sentences = [(right.key, 0, f"{right.role} can now also {right}") for right in gained]
    sentences += [(right.key, 1, f"{right.role} can no longer {right}") for right in lost]
    return "".join(f"{text}\n" for _, _, text in sorted(sentences))
