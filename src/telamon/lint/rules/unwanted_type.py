"""TL324: a type that is not wanted."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns of types that the configuration lists."""
    for relation, column in new_columns(seen):
        if (instead := ctx.types.get(column.base) or ctx.types.get(column.type)) is not None:
            yield Hit(f'Column "{column.name}" of table "{relation.title}" is {column.type}, where {instead} is wanted')


RULE = Rule(
    code="TL324",
    name="unwanted-type",
    analyzer="types",
    severity="warning",
    meaning="A column has a type that `[lint.types]` of the configuration lists.",
    why="The project has decided against it",
    instead="What the configuration says.",
    bad=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a money);"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a numeric);"),
    judge=judge,
    live=False,
    peers=("Y18",),
)
