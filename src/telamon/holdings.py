"""What the roles of a target hold, against what they should: PostgreSQL is asked, not the grants read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telamon.doctor import Finding
from telamon.quote import ident

if TYPE_CHECKING:
    from telamon.apply.target import Connection, Target

SHOWN = 5
"""So many objects are named in a finding, the others counted."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the roles that `telamon init --roles` makes.

    Args:
        owner: the group to which all belongs.
        migrator: a member of it, which migrates.
        app: the application.
        readonly: who only reads.
    """

    owner: str = "schema_admin"
    migrator: str = "migration_user"
    app: str = "app_user"
    readonly: str = "readonly"


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that must not be.

    Args:
        check: its name.
        what: a sentence about what the query finds, up to the names.
        query: returns names of what is wrong; its parameters are by name: owner, migrator, app, readonly.
        do: what to do; `{owner}` and the like are quoted names, `{first}` the first thing found.
        roles: the roles that must be there for it to be asked.
    """

    check: str
    what: str
    query: str
    do: str
    roles: tuple[str, ...]


_AGAIN = "Run roles.sql again (telamon init --roles writes it)."
_OURS = (
    "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
    " WHERE d.classid = '{catalog}'::regclass AND d.objid = {oid} AND d.deptype = 'e')"
)
_SCHEMAS = f"pg_catalog.pg_namespace n WHERE {_OURS.format(catalog='pg_namespace', oid='n.oid')}"
_RELATIONS = (
    "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS.format(catalog='pg_class', oid='c.oid')}"
)
_TABLES = _RELATIONS.replace("('r', 'p', 'v', 'm', 'f')", "('r', 'p')")
_ROUTINES = (
    "pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
    f" WHERE {_OURS.format(catalog='pg_proc', oid='p.oid')}"
)
_HISTORY = "c.relname IN ('atlas_schema_revisions', 'telamon_seeds')"
_POWERS = """
SELECT word FROM pg_catalog.pg_roles r, LATERAL (VALUES (rolsuper, 'SUPERUSER'), (rolcreatedb, 'CREATEDB'),
       (rolcreaterole, 'CREATEROLE'), (rolreplication, 'REPLICATION'), (rolbypassrls, 'BYPASSRLS')) AS has (yes, word)
 WHERE rolname = %({role})s AND yes
"""
_CREATES = f"""
SELECT 'database ' || current_database() WHERE has_database_privilege(%({{role}})s, current_database(), 'CREATE')
UNION ALL SELECT 'schema ' || n.nspname FROM {_SCHEMAS} AND has_schema_privilege(%({{role}})s, n.oid, 'CREATE')
"""
_OWNED = """
SELECT o.type || ' ' || o.identity FROM pg_catalog.pg_shdepend s
  JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid AND r.rolname = %({role})s,
       LATERAL pg_catalog.pg_identify_object(s.classid, s.objid, s.objsubid) o
 WHERE s.refclassid = 'pg_authid'::regclass AND s.deptype = 'o'
   AND s.dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
"""
_MEMBER = """
SELECT rolname FROM pg_catalog.pg_roles
 WHERE rolname <> %({role})s AND pg_has_role(%({role})s, oid, 'MEMBER')
   AND (rolsuper OR rolname ~ '^pg_' OR rolname IN (%(owner)s, %(migrator)s))
"""
_FOREIGN = f"""
SELECT o.type || ' ' || o.identity || ' of ' || pg_get_userbyid(x.owner) FROM (
  SELECT 'pg_class'::regclass, c.oid, c.relowner FROM {_RELATIONS}
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.proowner FROM {_ROUTINES}
  UNION ALL SELECT 'pg_namespace'::regclass, n.oid, n.nspowner FROM {_SCHEMAS}
) AS x (class, oid, owner), LATERAL pg_catalog.pg_identify_object(x.class, x.oid, 0) o
 WHERE pg_get_userbyid(x.owner) <> %(owner)s
"""
_PUBLIC = f"""
SELECT 'schema ' || n.nspname FROM {_SCHEMAS} AND (has_schema_privilege(0::oid, n.oid, 'USAGE')
    OR has_schema_privilege(0::oid, n.oid, 'CREATE'))
UNION ALL SELECT o.type || ' ' || o.identity FROM (
  SELECT 'pg_class'::regclass, c.oid FROM {_RELATIONS}
     AND has_table_privilege(0::oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
  UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM {_ROUTINES} AND has_function_privilege(0::oid, p.oid, 'EXECUTE')
) AS x (class, oid), LATERAL pg_catalog.pg_identify_object(x.class, x.oid, 0) o
"""
_TABLE = "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM"

RULES = (
    Rule("application's powers", "{app} has", _POWERS.format(role="app"), "ALTER ROLE {app} NO{first};", ("app",)),
    Rule("application's powers", "{app} is a member of", _MEMBER.format(role="app"),
         "REVOKE {first} FROM {app};", ("app",)),
    Rule("application makes nothing", "{app} can create in", _CREATES.format(role="app"),
         "REVOKE CREATE ON {first} FROM {app}, PUBLIC;", ("app",)),
    Rule("application owns nothing", "{app} owns", _OWNED.format(role="app"),
         "ALTER {first} OWNER TO {owner};", ("app",)),
    Rule("application changes rows only", "{app} can truncate, reference or put triggers on",
         f"{_TABLE} {_TABLES} AND has_table_privilege(%(app)s, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')",
         "REVOKE TRUNCATE, REFERENCES, TRIGGER ON {first} FROM {app};", ("app",)),
    Rule("application leaves the history alone", "{app} can read or change",
         f"{_TABLE} {_TABLES} AND {_HISTORY} AND has_schema_privilege(%(app)s, n.oid, 'USAGE')"
         " AND has_table_privilege(%(app)s, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')",
         "REVOKE ALL ON {first} FROM {app}, PUBLIC;", ("app",)),
    Rule("application reads its tables", "{app} cannot read",
         f"{_TABLE} {_TABLES} AND NOT {_HISTORY} AND has_schema_privilege(%(app)s, n.oid, 'USAGE')"
         " AND NOT has_table_privilege(%(app)s, c.oid, 'SELECT') AND NOT has_any_column_privilege(%(app)s, c.oid,"
         " 'SELECT')",
         f"GRANT SELECT, INSERT, UPDATE, DELETE ON {{first}} TO {{app}}; or for all: {_AGAIN}", ("app",)),
    Rule("all belongs to the group", "These do not belong to {owner}:", _FOREIGN,
         'ALTER ... OWNER TO {owner}; and set role = {owner} in the configuration, so that migrations act as it.',
         ("owner",)),
    Rule("PUBLIC has nothing", "PUBLIC can use", _PUBLIC, f"REVOKE ALL ON {{first}} FROM PUBLIC; or {_AGAIN}",
         ("owner",)),
    Rule("PUBLIC has nothing", "PUBLIC can connect to, or make temporary tables in",
         "SELECT 'DATABASE ' || quote_ident(current_database()) WHERE has_database_privilege(0::oid,"
         " (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()), 'CONNECT, TEMPORARY')",
         "REVOKE ALL ON {first} FROM PUBLIC;", ("owner",)),
    Rule("owner", "{owner} has", _POWERS.format(role="owner"), "ALTER ROLE {owner} NO{first};", ("owner",)),
    Rule("owner", "Somebody can log in as",
         "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = %(owner)s AND rolcanlogin",
         "ALTER ROLE {owner} NOLOGIN;", ("owner",)),
    Rule("migrations", "{migrator} has", _POWERS.format(role="migrator"), "ALTER ROLE {migrator} NO{first};",
         ("migrator",)),
    Rule("migrations", "{migrator} is no member of",
         "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = %(owner)s"
         " AND NOT pg_has_role(%(migrator)s, oid, 'MEMBER')", "GRANT {owner} TO {migrator};", ("migrator", "owner")),
    Rule("reports", "{readonly} has", _POWERS.format(role="readonly"), "ALTER ROLE {readonly} NO{first};",
         ("readonly",)),
    Rule("reports", "{readonly} is a member of", _MEMBER.format(role="readonly"), "REVOKE {first} FROM {readonly};",
         ("readonly",)),
    Rule("reports", "{readonly} can create in", _CREATES.format(role="readonly"),
         "REVOKE CREATE ON {first} FROM {readonly}, PUBLIC;", ("readonly",)),
    Rule("reports", "{readonly} can change",
         f"{_TABLE} {_RELATIONS} AND has_table_privilege(%(readonly)s, c.oid,"
         " 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')",
         "REVOKE ALL ON {first} FROM {readonly}; GRANT SELECT ON {first} TO {readonly};", ("readonly",)),
)  # fmt: skip


def examine_roles(target: Target, roles: Roles, revisions_schema: str | None) -> Iterator[Finding]:
    """Asks PostgreSQL each question about the roles that are there."""
    names = {"owner": roles.owner, "migrator": roles.migrator, "app": roles.app, "readonly": roles.readonly}
    query = "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY (%s)"
    there = {name for (name,) in target.connection.execute(query, [list(names.values())])}
    missing = [name for name in names.values() if name not in there]
    if missing:
        listed = ", ".join(missing)
        some = "problem" if there else "skipped"
        do = "Separate them with telamon init --roles, or name yours: --owner, --migrator, --app, --readonly."
        yield Finding("roles", some, f"there is no role {listed} on the server", do=do)  # type: ignore[arg-type]
    checks: dict[str, list[Finding]] = {}
    for rule in RULES:
        if all(names[role] in there for role in rule.roles):
            checks.setdefault(rule.check, []).extend(_asked(target.connection, rule, names))
    for check, found in checks.items():
        yield from found or [Finding(check, "ok", "as it should be")]


def _asked(connection: Connection, rule: Rule, names: dict[str, str]) -> Iterator[Finding]:
    rows: Sequence[Any] = connection.execute(rule.query.encode(), names).fetchall()
    found = sorted(str(row[0]) for row in rows)
    if not found:
        return
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    quoted = {key: ident(name) for key, name in names.items()}
    what = f"{rule.what.format(**names)} {', '.join(found[:SHOWN])}{more}"
    yield Finding(rule.check, "problem", what, do=rule.do.format(**quoted, first=found[0]))
