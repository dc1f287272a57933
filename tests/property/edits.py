"""Random DDL for any schema: statements as people write them, filled with what a database holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import psycopg

ROLES = ("hunt_a", "hunt_b")
"""Roles that edits name; they must be there."""
_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_RELATIONS = (
    "SELECT c.oid::regclass::text, quote_ident(c.relname) AS bare, quote_literal(c.oid::regclass::text) AS literal,"
    " CASE WHEN c.relkind IN ('v', 'm') THEN rtrim(pg_get_viewdef(c.oid), '; ') END AS definition"
    f" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OWN} AND c.relpersistence <> 't'"
    " AND c.relkind IN "
)
_ROUTINES = (
    "SELECT p.oid::regprocedure::text, p.oid::regproc::text AS called, format_type(p.proargtypes[0], NULL) AS takes,"
    " CASE WHEN p.prokind IN ('f', 'p') THEN replace(pg_get_functiondef(p.oid), '$function$', '$function$ ') END AS new"
    f" FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OWN}"
)
_TYPES = f"SELECT t.oid::regtype::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {_OWN}"
_CONSTRAINTS = (
    "SELECT quote_ident(k.conname), k.conrelid::regclass::text AS owner,"
    " (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.place) FROM unnest(k.conkey)"
    " WITH ORDINALITY u(number, place) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS keys"
    " FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace"
    f" WHERE {_OWN} AND k.conrelid <> 0 AND k.contype"
)

PICKS: Mapping[str, str] = {
    "table": f"{_RELATIONS} ('r', 'p')",
    "plain": f"{_RELATIONS} ('r')",
    "whole": f"{_RELATIONS} ('p')",
    "view": f"{_RELATIONS} ('v')",
    "stored": f"{_RELATIONS} ('m')",
    "relation": f"{_RELATIONS} ('r', 'p', 'v', 'm', 'f')",
    "sequence": f"{_RELATIONS} ('S')",
    "composite": f"{_RELATIONS} ('c')",
    "index": "SELECT c.oid::regclass::text, quote_ident(c.relname) AS bare, i.indrelid::regclass::text AS owner"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_OWN}",
    "constraint": f"{_CONSTRAINTS} IN ('c', 'u', 'p', 'f', 'x')",
    "reference": f"{_CONSTRAINTS} = 'f'",
    "key": f"{_CONSTRAINTS} IN ('u', 'p')",
    "heir": "SELECT i.inhrelid::regclass::text, i.inhparent::regclass::text AS parent FROM pg_inherits i"
    " JOIN pg_class c ON c.oid = i.inhrelid WHERE NOT c.relispartition",
    "partition": "SELECT i.inhrelid::regclass::text, i.inhparent::regclass::text AS parent FROM pg_inherits i"
    " JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relispartition AND c.relkind IN ('r', 'p')",
    "routine": _ROUTINES,
    "function": f"{_ROUTINES} AND p.prokind = 'f' AND p.pronargs = 1 AND NOT p.proretset",
    "action": f"{_ROUTINES} AND p.prorettype = 'trigger'::regtype",
    "own_type": f"{_TYPES} AND t.typtype IN ('e', 'd', 'c', 'r') AND t.typcategory <> 'A'",
    "domain": f"{_TYPES} AND t.typtype = 'd'",
    "label": "SELECT quote_literal(e.enumlabel), e.enumtypid::regtype::text AS type FROM pg_enum e",
    "trigger": "SELECT quote_ident(t.tgname), t.tgrelid::regclass::text AS owner FROM pg_trigger t"
    " WHERE NOT t.tgisinternal",
    "rule": "SELECT quote_ident(r.rulename), r.ev_class::regclass::text AS owner FROM pg_rewrite r"
    " WHERE r.rulename <> '_RETURN' AND r.ev_class >= 16384",
    "policy": "SELECT quote_ident(p.polname), p.polrelid::regclass::text AS owner FROM pg_policy p",
    "statistics": "SELECT s.stxnamespace::regnamespace || '.' || quote_ident(s.stxname) FROM pg_statistic_ext s",
    "publication": "SELECT quote_ident(p.pubname) FROM pg_publication p",
    "schema": f"SELECT quote_ident(n.nspname) FROM pg_namespace n WHERE {_OWN} AND n.nspname <> 'public'",
    "generated": "SELECT quote_ident(a.attname), a.attrelid::regclass::text AS owner FROM pg_attribute a"
    " WHERE a.attgenerated <> '' AND a.attrelid >= 16384",
    "thing": """SELECT 'OPERATOR ' || oid::regoperator::text FROM pg_operator WHERE oid >= 16384
        UNION ALL SELECT 'OPERATOR CLASS ' || o.opcnamespace::regnamespace || '.' || quote_ident(o.opcname)
                         || ' USING ' || a.amname FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod
                   WHERE o.oid >= 16384
        UNION ALL SELECT 'COLLATION ' || collnamespace::regnamespace || '.' || quote_ident(collname)
                    FROM pg_collation WHERE oid >= 16384
        UNION ALL SELECT 'CAST (' || format_type(castsource, NULL) || ' AS ' || format_type(casttarget, NULL) || ')'
                    FROM pg_cast WHERE oid >= 16384
        UNION ALL SELECT 'TEXT SEARCH CONFIGURATION ' || cfgnamespace::regnamespace || '.' || quote_ident(cfgname)
                    FROM pg_ts_config WHERE oid >= 16384
        UNION ALL SELECT 'SERVER ' || quote_ident(srvname) FROM pg_foreign_server
        UNION ALL SELECT 'EVENT TRIGGER ' || quote_ident(evtname) FROM pg_event_trigger
        UNION ALL SELECT 'EXTENSION ' || quote_ident(extname) FROM pg_extension WHERE extname <> 'plpgsql'""",
}
"""What a placeholder stands for: a query whose first column is its text, and whose others are its attributes."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "built_in": (
        "int", "bigint", "text", "varchar(20)", "numeric(12,3)", "timestamptz", "date", "uuid", "jsonb", "int[]",
        "text[]", "boolean", "float8", "char(5)", "inet", "int4range", "bytea", "interval",
    ),
    "role": (*ROLES, "PUBLIC"),
    "test": ("{column} IS NOT NULL", "{column}::text <> 'x'", "length({column}::text) < 99"),
    "later": ("", " NOT VALID", " NO INHERIT"),
    "using": ("", " USING {column}::text::{type}", " USING NULL::{type}"),
    "event": ("INSERT", "DELETE", "UPDATE", "UPDATE OF {column}", "INSERT OR UPDATE"),
}  # fmt: skip
"""What a placeholder stands for, one as good as the other."""


def load() -> list[tuple[int, list[str]]]:
    """(weight, statements of one sort) of `edits.txt`. Some fail when they are run: those are no edits."""
    sorts: list[tuple[int, list[str]]] = []
    for line in Path(__file__).with_suffix(".txt").read_text().splitlines():
        weight, _, statement = line.partition(" ")
        if weight.isdigit():
            sorts.append((int(weight), []))
        if weight != "#":
            sorts[-1][1].append(statement.strip())
    return sorts


EDITS = load()


class Missing(Exception):
    """The database holds nothing that a placeholder could stand for."""


class Picked(str):
    """What a placeholder became, with what else is known of it."""

    more: dict[str, str]

    def __getattr__(self, name: str) -> str:
        try:
            return self.more[name]
        except KeyError:
            raise AttributeError(name) from None


class Picks(dict[str, str]):
    """Placeholders of one statement; each is chosen when it is first met, and then stays. A digit makes it another."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], random: Random) -> None:
        super().__init__()
        self.connection, self.random = connection, random

    def __missing__(self, key: str) -> str:
        kind = key.rstrip("0123456789")
        if kind == "name":
            found = f"h{self.random.randrange(1000)}"
        elif kind == "column":
            found = self.column(self["table"])
        elif kind == "type":
            found = self.pick("own_type") if self.random.random() < 0.25 else self["built_in"]
        elif kind in WORDS:
            found = self.random.choice(WORDS[kind]).format_map(self)
        else:
            found = self.pick(kind)
        self[key] = found
        return found

    def pick(self, kind: str) -> Picked:
        """One of what there is."""
        cursor = self.connection.execute(PICKS[kind].encode())
        names = [column.name for column in cursor.description or ()]
        rows = sorted(cursor.fetchall(), key=repr)
        if not rows:
            raise Missing(kind)
        values = dict(zip(names, self.random.choice(rows), strict=True))
        picked = Picked(values[names[0]])
        picked.more = values
        if "literal" in values:
            picked.more["column"] = self.column(picked)
        return picked

    def column(self, relation: str) -> str:
        """A column of a relation; "*" where it has none."""
        query = (
            "SELECT quote_ident(attname) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
        rows = self.connection.execute(query, (relation,)).fetchall()
        return str(self.random.choice(rows)[0]) if rows else "*"


def edit(connection: psycopg.Connection[tuple[Any, ...]], random: Random, number: int) -> list[str]:
    """Changes a database at random; returns the statements that succeeded.

    Args:
        number: how many are wanted; fewer come where many fail.
    """
    done: list[str] = []
    connection.execute("SET statement_timeout = '5s'")
    for _ in range(6 * number):
        (_, forms), *_ = random.choices(EDITS, [weight for weight, _ in EDITS])
        try:
            statement = random.choice(forms).format_map(Picks(connection, random))
        except Missing:
            continue
        if succeeds(connection, statement):
            done.append(statement)
        if len(done) == number:
            break
    return done


def succeeds(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> bool:
    """Runs a statement, or several, whole or not at all."""
    try:
        connection.execute(f"BEGIN; {statement}; COMMIT".encode())
    except psycopg.Error:
        connection.execute("ROLLBACK")
        return False
    return True
