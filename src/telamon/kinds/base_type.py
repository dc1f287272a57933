"""Base types, and shell types: the names that a type's own functions need before there is a type."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from telamon.catalog.facts import Fact, Id
from telamon.kinds.base import Context, Kind, Reader, Refusal, Row, Server, Step, made
from telamon.kinds.types import type_names
from telamon.kinds.written import Options, as_options, called, decoded, function, option_list, options

FUNCTIONS = {
    "INPUT": "typinput", "OUTPUT": "typoutput", "RECEIVE": "typreceive", "SEND": "typsend", "TYPMOD_IN": "typmodin",
    "TYPMOD_OUT": "typmodout", "ANALYZE": "typanalyze", "SUBSCRIPT": "typsubscript",
}  # fmt: skip
SETTABLE = ("RECEIVE", "SEND", "TYPMOD_IN", "TYPMOD_OUT", "ANALYZE", "SUBSCRIPT", "STORAGE")
"""What ALTER TYPE ... SET can change. Source: PostgreSQL's documentation of ALTER TYPE."""


class ShellSpec(Struct, frozen=True):
    """
    Args:
        fixed: what can never change about the type that the shell becomes; empty while it is a mere shell.
    """

    fixed: Options


class BaseTypeSpec(Struct, frozen=True):
    options: Options


class ShellType(Kind):
    name = "shell_type"
    # Row types are neither, and an array type is the one that has elements and no arrays.
    present = f"{made('pg_type')} AND (NOT typisdefined OR typtype = 'b' AND NOT (typelem <> 0 AND typarray = 0))"
    rank = 8

    def query(self, server: Server) -> str:
        def given(*words: str) -> list[tuple[str, str]]:
            return [(word, function(f"t.{FUNCTIONS[word]}", server)) for word in words]

        listed = options(
            ("INTERNALLENGTH", "CASE WHEN t.typlen = -1 THEN 'VARIABLE' ELSE t.typlen::text END"),
            *given(*FUNCTIONS),
            ("COLLATABLE", "CASE WHEN t.typcollation <> 0 THEN 'true' END"),
            ("DEFAULT", "pg_catalog.quote_literal(t.typdefault::text)"),
            ("ELEMENT", "CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END"),
            ("CATEGORY", "CASE WHEN t.typcategory <> 'U' THEN pg_catalog.quote_literal(t.typcategory::text) END"),
            ("PREFERRED", "CASE WHEN t.typispreferred THEN 'true' END"),
            ("DELIMITER", "CASE WHEN t.typdelim <> ',' THEN pg_catalog.quote_literal(t.typdelim::text) END"),
            ("ALIGNMENT", decoded("t.typalign", c="char", s="int2", i="int4", d="double")),
            ("STORAGE", decoded("t.typstorage", p="plain", e="external", x="extended", m="main")),
            ("PASSEDBYVALUE", "CASE WHEN t.typbyval THEN '' END"),
        )  # fmt: skip
        own = ", ".join(f"t.{column}::oid::int8" for column in FUNCTIONS.values())
        return f"""
            SELECT t.oid::int8, n.nspname, t.typname, t.typarray::int8, t.typisdefined, {listed}, ARRAY[{own}],
                   {called("t.typinput", server)}, {called("t.typoutput", server)}
              FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
             WHERE (t.typtype = 'b' OR NOT t.typisdefined) AND t.typnamespace IN {server.namespaces}
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)"""

    def read(self, reader: Reader, rows: Iterable[Row]) -> None:
        for oid, schema, name, array, defined, given, functions, *in_and_out in rows:
            if reader.is_member("pg_type", oid):
                continue
            id, shell = ("base_type", schema, name), ("shell_type", schema, name)
            needs: list[Id] = [("schema", schema)]
            if not defined:
                reader.add(shell, ShellSpec(()), ("pg_type", oid), needs=needs)
                continue
            known = as_options(given)
            fixed = (
                *((word, value) for word, value in known if word not in (*SETTABLE, "INPUT", "OUTPUT")),
                *(("", called) for called in in_and_out),
            )
            reader.add(shell, ShellSpec(fixed), needs=needs)
            reader.add(id, BaseTypeSpec(known), ("pg_type", oid), parent=shell, needs=needs)
            reader.alias("pg_type", array, id)
            for own in functions:
                reader.redirect("pg_proc", own, id, shell)

    def occupies(self, fact: Fact) -> tuple[Id, ...]:
        return type_names(fact)

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        return [Step(f"CREATE TYPE {ctx.name(*fact.id[1:])}", f"create shell type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        # The type and its own functions need each other. All else that needs them is gone or changed by now.
        tail = " CASCADE" if fact.spec.fixed else ""
        return [Step(f"DROP TYPE {ctx.name(*fact.id[1:])}{tail}", f"drop type {fact.id[2]}")]

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        return None if old.spec.fixed else []


class BaseType(Kind):
    name = "base_type"
    rank = 9

    def query(self, server: Server) -> str:
        return ""

    def create(self, fact: Fact, ctx: Context) -> list[Step]:
        sql = f"CREATE TYPE {ctx.name(*fact.id[1:])} (\n  {option_list(fact.spec.options)}\n)"
        return [Step(sql, f"create type {fact.id[2]}")]

    def drop(self, fact: Fact, ctx: Context) -> list[Step]:
        # Reached only when the shell stays: one of the type's own functions would have to be made anew.
        raise Refusal(
            f"Type {'.'.join(fact.id[1:])} depends on functions that cannot be replaced in place",
            why="PostgreSQL cannot drop a base type and keep the functions that it is made of.",
            do="Give the changed function another name, so that a new type is made of it.",
        )

    def alter(self, old: Fact, new: Fact, ctx: Context) -> list[Step] | None:
        have, want = dict(old.spec.options), dict(new.spec.options)
        changed = [word for word in dict.fromkeys((*have, *want)) if have.get(word) != want.get(word)]
        if not set(changed) <= set(SETTABLE):
            return []  # its shell is replaced, and the type with it
        clauses = ", ".join(f"{word} = {want.get(word, 'NONE')}" for word in changed)
        return [Step(f"ALTER TYPE {ctx.name(*new.id[1:])} SET ({clauses})", f"alter type {new.id[2]}")]
