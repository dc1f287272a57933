"""TL129: a strong lock without lock_timeout."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that lock tables of before this release against writes, with no limit to how long they wait."""
    if not seen.lock_timeout:
        for table, mode in ctx.locked(seen):
            yield Hit(
                f'{mode} on table "{table.title}" is waited for without a lock_timeout', "SET lock_timeout = '5s';"
            )
            return


RULE = Rule(
    code="TL129",
    name="require-lock-timeout",
    analyzer="timeouts",
    severity="warning",
    meaning="A statement takes a strong lock and no lock_timeout is set above it.",
    why=(
        "While it waits for a long transaction, all queries queue behind it. `telamon migrate apply` sets one by itself"
    ),
    instead="SET lock_timeout at the head of the file, if something else than `telamon migrate apply` runs it.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "SET lock_timeout = '5s'; ALTER TABLE t ADD COLUMN b int;"
    ),
    judge=judge,
    on=False,
    peers=("L29",),
)
