"""What all types share: names, moving a replaced type away, and how one type's values become another's."""

from __future__ import annotations

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Refusal, Step
from telamon.quote import ident

STRINGS = {"text", "character varying", "character", "name", "citext", "public.citext", '"char"'}

# Assignment casts between the built-in types that people change columns between, from pg_cast.
ASSIGNED = {
    **{a: {"smallint", "integer", "bigint", "numeric", "real", "double precision"} for a in
       ("smallint", "integer", "bigint", "numeric", "real", "double precision")},
    "date": {"timestamp without time zone", "timestamp with time zone"},
    "timestamp without time zone": {"date", "time without time zone", "timestamp with time zone"},
    "timestamp with time zone": {
        "date", "time without time zone", "timestamp without time zone", "time with time zone"},
    "time without time zone": {"interval", "time with time zone"},
    "interval": {"time without time zone"},
    "time with time zone": {"time without time zone"},
    "json": {"jsonb"},
    "jsonb": {"json"},
    "inet": {"cidr"},
    "cidr": {"inet"},
    "bit": {"bit varying"},
    "bit varying": {"bit"},
    "money": {"numeric"},
}  # fmt: skip
ASSIGNED["integer"] |= {"money"}
ASSIGNED["bigint"] |= {"money", "bit"}
ASSIGNED["numeric"] |= {"money"}

EXPLICIT = {
    "integer": {"boolean", "bit", '"char"'},
    "boolean": {"integer"},
    "bit": {"integer", "bigint"},
    "jsonb": {"boolean", "numeric", "smallint", "integer", "bigint", "real", "double precision"},
    "date": set[str](),
}


def type_names(fact: Fact) -> tuple[Id, ...]:
    """The name that a type keeps from other types and relations' row types."""
    return (("type name", fact.id[1], fact.id[2]),)


def moved_name(name: str) -> str:
    """The name under which a replaced type waits until nothing uses it. At most 63 bytes."""
    return name.encode()[:55].decode(errors="ignore") + "__old"


def swap_type(fact: Fact, ctx: Context, word: str) -> tuple[list[Step], list[Step]]:
    """Rename a type out of the way; drop it under that name. `word` is TYPE or DOMAIN."""
    schema, name = fact.id[1], fact.id[2]
    away = moved_name(name)
    rename = f"ALTER {word} {ctx.name(schema, name)} RENAME TO {ident(away)}"
    return (
        [Step(rename, f"move type {name} out of the way while it is rebuilt")],
        [Step(f"DROP {word} {ctx.name(schema, away)}", f"drop the old type {name}")],
    )


def stored(type: Id, ctx: Context) -> bool:
    """Whether rows may hold values of the type, by itself or inside of others."""
    holders = ("column", "domain", "composite", "range", "table")
    return any(fact.kind in holders and type in fact.needs for fact in ctx.old)


def conversion(column: str, old: str, new: str, *, rebuilt: bool, where: Id) -> str:
    """The USING expression that turns a column's values into another type; "" where assignment does it.

    Args:
        column: the quoted column.
        old: the old type's name without modifier.
        new: the new type as it is written, with modifier.
        rebuilt: whether it is the same type by name, built anew, or one made by the user.
        where: the column, for the message.

    Raises:
        Refusal: when PostgreSQL has no cast, so that only a person can say what the values mean.
    """
    depth = new.count("[]")
    if rebuilt:
        if old.endswith("[]") != (depth > 0) and _base(new) not in STRINGS:
            raise _refusal(where, old, new)
        return f"{column}::text{'[]' * depth}::{new}"
    base_old, base_new = old.removesuffix("[]"), _base(new).removesuffix("[]")
    if base_old == base_new and (old.endswith("[]")) == (depth > 0):
        return ""
    if old.endswith("[]") != (depth > 0):
        if base_new in STRINGS and not depth:
            return ""
        if base_old in STRINGS and depth:
            return f"{column}::{new}"
        raise _refusal(where, old, new)
    if base_new in STRINGS:
        return ""
    if base_old in STRINGS:
        return f"{column}::{new}"
    if base_new in ASSIGNED.get(base_old, set()):
        return ""
    if base_new in EXPLICIT.get(base_old, set()):
        return f"{column}::{new}"
    if base_old in KNOWN and base_new in KNOWN:
        raise _refusal(where, old, new)
    return f"{column}::text{'[]' * depth}::{new}"


KNOWN = set(ASSIGNED) | {"boolean", "uuid", "bytea", "point", "xml", "oid", "macaddr", "tsvector", "tsquery"}


def _base(type_name: str) -> str:
    """A formatted type without its modifier: `numeric(10,2)[]` -> `numeric[]`."""
    head, bracket, rest = type_name.partition("(")
    if not bracket:
        return type_name
    return head + rest.partition(")")[2]


def _refusal(where: Id, old: str, new: str) -> Refusal:
    path = ".".join(where[1:])
    return Refusal(
        f"Column {path} changes from {old} to {new}, and PostgreSQL has no cast between them",
        why="Only you know what the old values mean in the new type.",
        do=f"Say so with: --using column:{path}='<expression>'",
    )
