"""TL130: slow work without statement_timeout."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that go through tables of before this release with no limit of time."""
    slow = seen.whole(oid for oid in (*seen.scanned, *seen.rewritten) if ctx.live_table(oid))
    if slow and seen.transactional and not seen.statement_timeout:
        yield Hit(
            f'Going through table "{seen.title(slow[0])}" has no statement_timeout', "SET statement_timeout = '15min';"
        )


RULE = Rule(
    code="TL130",
    name="require-statement-timeout",
    analyzer="timeouts",
    severity="warning",
    meaning="A statement goes through a whole table and no statement_timeout is set above it.",
    why="Nothing ends it when it takes longer than anybody thought",
    instead="SET statement_timeout at the head of the file.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "SET statement_timeout = '1min'; ALTER TABLE t ALTER COLUMN a SET NOT NULL;",
    ),
    judge=judge,
    on=False,
    peers=("L30",),
)
