"""NM101 to NM106: names follow the patterns of `[lint.naming]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TypeVar

from telamon.lint.look import new_columns, new_tables, renamed_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint, Index, Relation, Thing

Named = TypeVar("Named", Constraint, Index, Thing)


def judge(what: str, seen: Observed, ctx: Context) -> Iterator[Hit]:
    """New names of one sort that do not match the pattern for it."""
    pattern = ctx.names.get(what)
    if pattern is None:
        return
    for name in _new(what, seen):
        if not re.search(pattern, name):
            yield Hit(f'The {what.replace("_", " ")} name "{name}" does not follow the pattern {pattern}')


def _new(what: str, seen: Observed) -> Iterator[str]:
    """The names of that sort that came, with something new or with something old."""
    if what == "schema":
        yield from (each.name for each in _named(seen, Thing) if each.kind == "schema")
    elif what == "table":
        yield from (each.name for each in new_tables(seen))
        yield from (
            after.name for before, after in seen.altered(Relation) if after.is_table and before.name != after.name
        )
    elif what == "column":
        yield from (column.name for _, column in new_columns(seen))
        yield from (after.name for relation, _, after in renamed_columns(seen) if relation.is_table)
    elif what == "index":
        # The server names the index of a primary key, and nobody uses that name.
        yield from (each.name for each in _named(seen, Index) if not each.inherited and not each.primary)
    else:
        type = "f" if what == "foreign_key" else "c"
        yield from (each.name for each in _named(seen, Constraint) if each.type == type and not each.inherited)


def _named(seen: Observed, kind: type[Named]) -> Iterator[Named]:
    yield from seen.created(kind)
    yield from (after for before, after in seen.altered(kind) if before.name != after.name)


def _rule(number: int, what: str, bad: str, good: str) -> Rule:
    words = what.replace("_", "-")
    return Rule(
        code=f"NM10{number}",
        name=f"{words}-name",
        analyzer="naming",
        severity="warning",
        meaning=f"A new {words} has a name that does not match `{what}` of `[lint.naming]`.",
        why="The project has decided how names look",
        instead="A name that matches. Without a pattern in the configuration the rule finds nothing.",
        bad=Example("CREATE TABLE u (id int PRIMARY KEY);", bad),
        good=Example("CREATE TABLE u (id int PRIMARY KEY);", good),
        judge=partial(judge, what),
        live=False,
        peers=("Y13",),
    )


RULES: tuple[Rule, ...] = (
    _rule(1, "schema", 'CREATE SCHEMA "S";', "CREATE SCHEMA s;"),
    _rule(2, "table", 'CREATE TABLE "T" (id int);', "CREATE TABLE t (id int);"),
    _rule(3, "column", 'CREATE TABLE t ("Id" int);', "CREATE TABLE t (id int);"),
    _rule(4, "index", 'CREATE INDEX "U_id" ON u (id);', "CREATE INDEX u_id ON u (id);"),
    _rule(
        5,
        "foreign_key",
        'CREATE TABLE t (id int CONSTRAINT "T_id" REFERENCES u);',
        "CREATE TABLE t (id int CONSTRAINT t_id REFERENCES u);",
    ),
    _rule(
        6,
        "check",
        'CREATE TABLE t (id int CONSTRAINT "T_id" CHECK (id > 0));',
        "CREATE TABLE t (id int CONSTRAINT t_id CHECK (id > 0));",
    ),
)
