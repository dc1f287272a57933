"""PG307: a table is made logged or unlogged."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables with another persistence."""
    for before, after in seen.altered(Relation):
        if before.persistence != after.persistence and ctx.live_table(after.oid):
            yield Hit(
                f'Setting table "{after.title}" {"LOGGED" if after.persistence == "p" else "UNLOGGED"} rewrites it'
            )


RULE = Rule(
    code="PG307",
    name="set-logged",
    analyzer="data_rewrite",
    severity="warning",
    meaning="A table is set LOGGED or UNLOGGED.",
    why="All rows and indexes are written anew under ACCESS EXCLUSIVE; an unlogged table is empty after a crash",
    instead="Do it in a maintenance window, or fill a new table and swap the two.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t SET UNLOGGED;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE UNLOGGED TABLE u (id int PRIMARY KEY);"),
    judge=judge,
    peers=("L25",),
)
