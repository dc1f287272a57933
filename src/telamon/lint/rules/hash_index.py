"""TL320: a hash index."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes by hash."""
    for index in seen.created(Index):
        if index.method == "hash" and not index.inherited:
            yield Hit(f'Index "{index.name}" is a hash index, which serves nothing but equality')


RULE = Rule(
    code="TL320",
    name="hash-index",
    analyzer="performance",
    severity="info",
    meaning="A hash index is built.",
    why="It has one column, is never unique, and serves neither order nor ranges",
    instead="A btree index.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a ON t USING hash (a);"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a ON t (a);"),
    judge=judge,
    live=False,
    peers=("Y17",),
)
