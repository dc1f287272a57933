"""CD102: a check constraint is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import gone
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Constraint


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Check constraints of before this release that go while table and columns stay."""
    for constraint in gone(seen, ctx, "c"):
        if _proof(seen, constraint):
            continue
        yield Hit(f'Dropping check constraint "{constraint.name}" of table "{seen.title(constraint.of)}"')


def _proof(seen: Observed, constraint: Constraint) -> bool:
    """Whether it only proved NOT NULL, which its column is by now."""
    column = seen.column(constraint.of, constraint.columns[0]) if len(constraint.columns) == 1 else None
    return column is not None and column.not_null and constraint.text.endswith("IS NOT NULL))")


RULE = Rule(
    code="CD102",
    name="drop-check",
    analyzer="condrop",
    severity="warning",
    meaning="A check constraint is dropped while its columns stay.",
    why="Rows that break it can be written from now on",
    instead="Keep it, or replace it in the same file by one that says what holds from now on.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT t_a CHECK (a > 0));", "ALTER TABLE t DROP CONSTRAINT t_a;"
    ),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT t_a CHECK (a > 0));",
        "ALTER TABLE t RENAME CONSTRAINT t_a TO t_a_positive;",
    ),
    judge=judge,
)
