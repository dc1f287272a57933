"""How statements that take any kind of object (COMMENT, OWNER TO, GRANT, SECURITY LABEL) name it."""

from __future__ import annotations

from telamon.catalog.facts import THE_DATABASE, Id
from telamon.kinds.base import Context
from telamon.quote import block, ident, literal

WORDS = {
    "schema": "SCHEMA", "extension": "EXTENSION", "enum": "TYPE", "composite": "TYPE", "range": "TYPE",
    "base_type": "TYPE", "shell_type": "TYPE",
    "domain": "DOMAIN", "sequence": "SEQUENCE", "table": "TABLE", "foreign_table": "FOREIGN TABLE",
    "view": "VIEW", "materialized_view": "MATERIALIZED VIEW", "index": "INDEX", "collation": "COLLATION",
    "conversion": "CONVERSION", "statistics": "STATISTICS", "language": "LANGUAGE", "event_trigger": "EVENT TRIGGER",
    "foreign_data_wrapper": "FOREIGN DATA WRAPPER", "server": "SERVER", "publication": "PUBLICATION",
    "subscription": "SUBSCRIPTION", "access_method": "ACCESS METHOD", "text_search_configuration":
    "TEXT SEARCH CONFIGURATION", "text_search_dictionary": "TEXT SEARCH DICTIONARY", "text_search_parser":
    "TEXT SEARCH PARSER", "text_search_template": "TEXT SEARCH TEMPLATE", "role": "ROLE",
}  # fmt: skip
RENAMED = (
    *(kind for kind in WORDS if kind not in ("extension", "access_method")),
    "function", "aggregate", "operator_class", "operator_family",
)  # fmt: skip
"""Kinds of which ALTER ... RENAME TO takes the object as COMMENT names it."""
ON_TABLE = {
    "trigger": "TRIGGER", "policy": "POLICY", "rule": "RULE", "primary_key": "CONSTRAINT", "unique": "CONSTRAINT",
    "exclusion": "CONSTRAINT", "check": "CONSTRAINT", "foreign_key": "CONSTRAINT",
}  # fmt: skip


def described(target: Id, ctx: Context) -> str:
    """The object as COMMENT ON and SECURITY LABEL ON name it: `TABLE "public"."users"`."""
    kind = target[0]
    if target == THE_DATABASE:
        return f"DATABASE {ITS_NAME}"
    if kind in WORDS:
        return f"{WORDS[kind]} {ctx.name(*target[1:]) if len(target) > 2 else ident(target[1])}"
    if kind in ON_TABLE:
        return f"{ON_TABLE[kind]} {ident(target[3])} ON {ctx.name(*target[1:3])}"
    if kind in ("column", "attribute", "view_column"):
        return f"COLUMN {ctx.name(*target[1:])}"
    if kind == "domain_constraint":
        return f"CONSTRAINT {ident(target[3])} ON DOMAIN {ctx.name(*target[1:3])}"
    if kind == "not_null":
        fact = ctx.new.get(target) or ctx.old.facts[target]
        return f"CONSTRAINT {ident(fact.spec.actual.value)} ON {ctx.name(*target[1:3])}"
    return signed(target, ctx)


ITS_NAME = "\0"
"""Stands in a statement for the name of the database in which it is run."""


def anywhere(sql: str) -> str:
    """A statement, made to work whatever the database is called if it names that."""
    if ITS_NAME not in sql:
        return sql
    form = sql.replace("%", "%%").replace(ITS_NAME, "%I")
    return f"DO {block(f'BEGIN EXECUTE format({literal(form)}, current_database()); END')}"


def operator_name(schema: str, name: str, ctx: Context) -> str:
    """An operator's name; only its schema can need quotes."""
    return name if schema == ctx.server.unqualified else f"{ident(schema)}.{name}"


def operator_signature(target: Id, ctx: Context) -> str:
    """An operator as COMMENT, ALTER and DROP name it: `"public".=== (integer, NONE)`."""
    return f"{operator_name(target[1], target[2], ctx)} ({target[3]}, {target[4]})"


def signed(target: Id, ctx: Context) -> str:
    """Objects with a signature, and those whose statements have a syntax of their own."""
    kind = target[0]
    fact = ctx.new.get(target) or ctx.old.facts[target]
    if kind == "function":
        return f"{'PROCEDURE' if fact.spec.procedure else 'FUNCTION'} {ctx.name(*target[1:3])}({target[3]})"
    if kind == "aggregate":
        return f"AGGREGATE {ctx.name(*target[1:3])}({fact.spec.signature})"
    if kind == "operator":
        return f"OPERATOR {operator_signature(target, ctx)}"
    if kind == "cast":
        return f"CAST ({target[1]} AS {target[2]})"
    if kind == "transform":
        return f"TRANSFORM FOR {target[1]} LANGUAGE {ident(target[2])}"
    if kind in ("operator_class", "operator_family"):
        return f"{kind.replace('_', ' ').upper()} {ctx.name(*target[1:3])} USING {ident(target[3])}"
    raise AssertionError(f"no statement names a {kind}: {target}")
