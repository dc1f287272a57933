"""DS102: a table is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Tables that were there before this release; partitions of one that goes too are not named."""
    gone = [each for each in seen.dropped(Relation) if each.is_table and ctx.live(each.oid)]
    for table in gone:
        if not seen.handed_down(table.oid):
            yield Hit(f'Dropping table "{table.title}"')


RULE = Rule(
    code="DS102",
    name="drop-table",
    analyzer="destructive",
    severity="error",
    meaning="A table is dropped.",
    why="Its rows are lost for good, and code that still runs fails",
    instead="Stop using it, rename it out of the way in one release, and drop it in a later one.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "DROP TABLE t;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t RENAME TO t_unused;"),
    judge=judge,
    peers=("C1",),
)
