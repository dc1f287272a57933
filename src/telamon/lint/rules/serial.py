"""TL303: a column is serial."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns that come with such a type, in new tables and old ones."""
    for relation, column in new_columns(seen):
        if column.default.startswith("nextval(") and not column.identity:
            yield Hit(
                f'Column "{column.name}" of table "{relation.title}" is serial, an identity column is the standard'
            )


RULE = Rule(
    code="TL303",
    name="serial",
    analyzer="types",
    severity="info",
    meaning="A column is serial.",
    why="The sequence has privileges and an owner of its own, and nothing keeps others from writing the column",
    instead="GENERATED ALWAYS AS IDENTITY.",
    bad=Example("", "CREATE TABLE t (id bigserial PRIMARY KEY);"),
    good=Example("", "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"),
    judge=judge,
    live=False,
    peers=("Y3",),
)
