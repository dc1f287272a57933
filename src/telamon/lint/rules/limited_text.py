"""TL304: a column is of type varchar(n) or char(n)."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns that come with such a type, in new tables and old ones."""
    for relation, column in new_columns(seen):
        if column.base in ("varchar", "bpchar") and "(" in column.type:
            yield Hit(
                f'Column "{column.name}" of table "{relation.title}" is {column.type}: text with a CHECK '
                "can be widened and narrowed"
            )


RULE = Rule(
    code="TL304",
    name="limited-text",
    analyzer="types",
    severity="info",
    meaning="A column is of type varchar(n) or char(n).",
    why="The limit stands in the type, so a shorter one rewrites the table; char pads with blanks",
    instead="text, with a CHECK on its length where there is a limit.",
    bad=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a varchar(10));"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a text CHECK (length(a) <= 10));"),
    judge=judge,
    live=False,
    peers=("Y4",),
)
