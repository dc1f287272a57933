"""TL134: lock_timeout ends a concurrent build."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Index


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Indexes that are built or dropped concurrently under a lock_timeout."""
    indexes = [*seen.created(Index), *seen.dropped(Index)]
    if not seen.transactional and indexes and seen.lock_timeout and ctx.live_table(indexes[0].of):
        message = (
            f'Work on index "{indexes[0].name}" ends as soon as it waits {seen.lock_timeout} ms for one old transaction'
        )
        yield Hit(message, f"SET lock_timeout = 0;\n{seen.statement.text}")


RULE = Rule(
    code="TL134",
    name="lock-timeout-with-concurrently",
    analyzer="timeouts",
    severity="warning",
    meaning="An index is built or dropped concurrently under a lock_timeout.",
    why=(
        "CONCURRENTLY waits for all old transactions, and blocks nobody meanwhile; ended halfway "
        "it leaves an invalid index"
    ),
    instead="SET lock_timeout = 0 above it.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "-- atlas:txmode none\n\nSET lock_timeout = '2s';\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "-- atlas:txmode none\n\nSET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY t_a ON t (a);",
    ),
    judge=judge,
    peers=("L34",),
)
