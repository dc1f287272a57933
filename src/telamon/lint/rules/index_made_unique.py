"""MF102: an index becomes unique."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Unique indexes that take the place of one that was not."""
    for index in seen.created(Index):
        table = ctx.live_table(index.of)
        if table is None or not index.unique:
            continue
        for before in table.indexes.values():
            if not before.unique and before.name == index.name:
                message = (
                    f'Modifying an index "{index.name}" on table "{table.title}" might fail in case of '
                    "duplicate entries"
                )
                yield Hit(message)


RULE = Rule(
    code="MF102",
    name="index-made-unique",
    analyzer="data_depend",
    severity="warning",
    meaning="An index is replaced by a unique one of its name.",
    why="The migration fails where there are duplicates",
    instead=(
        "Look for duplicates first; build the unique index concurrently under another name, then drop the old one."
    ),
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a ON t (a);",
        "DROP INDEX t_a; CREATE UNIQUE INDEX t_a ON t (a);",
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a ON t (a);",
        "DROP INDEX t_a; CREATE INDEX t_a ON t (a, id);",
    ),
    judge=judge,
    peers=("C7",),
)
