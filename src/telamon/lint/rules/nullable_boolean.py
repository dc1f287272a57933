"""TL319: a boolean column may be NULL."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns that come with such a type, in new tables and old ones."""
    for relation, column in new_columns(seen):
        if column.base == "bool" and not column.not_null:
            yield Hit(
                f'Column "{column.name}" of table "{relation.title}" is boolean and may be NULL: it has three values'
            )


RULE = Rule(
    code="TL319",
    name="nullable-boolean",
    analyzer="types",
    severity="info",
    meaning="A boolean column may be NULL.",
    why="A condition and its negation both leave out the rows with NULL",
    instead="NOT NULL, with a default.",
    bad=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a boolean);"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a boolean NOT NULL DEFAULT false);"),
    judge=judge,
    live=False,
    peers=("Y17",),
)
