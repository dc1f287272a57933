"""TX101: a file without a transaction holds what could have one."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that could run in a transaction, beside some that cannot."""
    alone = any(not each.transactional for each in ctx.file)
    if not seen.shared and seen.transactional and seen.changes and alone:
        yield Hit("This could run in a transaction, and stands in a file that has none because of its neighbours")


RULE = Rule(
    code="TX101",
    name="mixed-transactions",
    analyzer="transaction",
    severity="warning",
    meaning="Statements that could share a transaction stand in a file with some that cannot run in one.",
    why="When a later statement fails, what these did stays",
    instead="Two files.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "-- atlas:txmode none\n\nALTER TABLE t ADD COLUMN b int;\nCREATE INDEX CONCURRENTLY t_b ON t (b);",
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
    ),
    judge=judge,
    live=False,
)
