"""TL211: a table is dropped and made anew."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_tables
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables that take the name of one that this file drops."""
    lost = {
        (each.schema, each.name)
        for earlier in (*ctx.before(seen), seen)
        for each in earlier.dropped(Relation)
        if each.is_table and ctx.live(each.oid)
    }
    for table in new_tables(seen):
        if (table.schema, table.name) in lost:
            yield Hit(f'Table "{table.title}" is dropped and created anew, without its rows')


RULE = Rule(
    code="TL211",
    name="table-recreated",
    analyzer="destructive",
    severity="error",
    meaning="A table is dropped and created again by its name.",
    why="Its rows are lost for good, which looks like a change of its definition",
    instead="Alter the table.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "DROP TABLE t; CREATE TABLE t (id bigint PRIMARY KEY);"
    ),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    judge=judge,
    peers=("C11",),
)
