"""TL315: an index has many columns."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes with more than three keys."""
    for index in seen.created(Index):
        if index.keys > 3 and not index.inherited and not seen.after.relations[index.of].partition:
            yield Hit(f'Index "{index.name}" has {index.keys} columns')


RULE = Rule(
    code="TL315",
    name="wide-index",
    analyzer="performance",
    severity="info",
    meaning="An index has more than three columns.",
    why="It is large, every write pays for it, and few queries use more than its first columns",
    instead="The columns that select most, others by INCLUDE if at all.",
    bad=Example("CREATE TABLE t (a int, b int, c int, d int);", "CREATE INDEX t_abcd ON t (a, b, c, d);"),
    good=Example("CREATE TABLE t (a int, b int, c int, d int);", "CREATE INDEX t_abc ON t (a, b, c);"),
    judge=judge,
    live=False,
    peers=("Y15",),
)
