"""TL204: a column may be null."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Column


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns of before this release that are not NOT NULL any more."""
    for before, after in seen.altered(Column):
        table = ctx.live_table(after.of)
        if (
            table
            and before.not_null
            and not after.not_null
            and ctx.live_column(after.of, after.oid)
            and not seen.handed_down(after.of)
        ):
            yield Hit(f'Column "{after.name}" of table "{table.title}" may be NULL from now on')


RULE = Rule(
    code="TL204",
    name="drop-not-null",
    analyzer="incompatible",
    severity="info",
    meaning="NOT NULL is taken from a column.",
    why="Code that still runs may not expect NULL there",
    instead="Release code that can read NULL first.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL);", "ALTER TABLE t ALTER COLUMN a DROP NOT NULL;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL);", "ALTER TABLE t ALTER COLUMN a SET DEFAULT '';"
    ),
    judge=judge,
    peers=("C4",),
)
