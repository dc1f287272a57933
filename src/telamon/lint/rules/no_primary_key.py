"""TL322: a table has no primary key."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_tables
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """New tables without primary key at the end of the file."""
    end = ctx.file[-1].after if ctx.file else seen.after
    for table in new_tables(seen):
        final = end.relations.get(table.oid)
        if final is not None and not final.partition and all(each.type != "p" for each in final.constraints.values()):
            yield Hit(f'Table "{final.title}" has no primary key')


RULE = Rule(
    code="TL322",
    name="no-primary-key",
    analyzer="keys",
    severity="warning",
    meaning="A table is created without a primary key.",
    why="Rows that are alike cannot be told apart, and logical replication cannot update or delete them",
    instead="A primary key.",
    bad=Example("", "CREATE TABLE t (id bigint);"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY);"),
    judge=judge,
    live=False,
    peers=("Y18",),
)
