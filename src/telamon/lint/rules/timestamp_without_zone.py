"""TL305: a column is of type timestamp without time zone."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import new_columns
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Columns that come with such a type, in new tables and old ones."""
    for relation, column in new_columns(seen):
        if column.base == "timestamp":
            yield Hit(f'Column "{column.name}" of table "{relation.title}" is a timestamp without time zone')


RULE = Rule(
    code="TL305",
    name="timestamp-without-time-zone",
    analyzer="types",
    severity="info",
    meaning="A column is of type timestamp without time zone.",
    why="It does not say which moment it is: sessions with other time zones read something else into it",
    instead="timestamptz.",
    bad=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a timestamp);"),
    good=Example("", "CREATE TABLE t (id bigint PRIMARY KEY, a timestamptz);"),
    judge=judge,
    live=False,
    peers=("Y5",),
)
