"""TL301: a column is of type json."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns that come with such a type, in new tables and old ones."""
    for relation, column in new_columns(seen):
        if column.base == "json" and column.kind != "d":
            yield Hit(f'Column "{column.name}" of table "{relation.title}" is json, jsonb can be compared and indexed')


RULE = Rule(
    code="TL301",
    name="json-type",
    analyzer="types",
    severity="info",
    meaning="A column is of type json.",
    why="json has no equality: DISTINCT, GROUP BY and UNION over it fail, and it is parsed at every access",
    instead="jsonb, unless the text itself matters.",
    bad=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a json);"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a jsonb);"),
    judge=judge,
    live=False,
    peers=("Y1",),
)
