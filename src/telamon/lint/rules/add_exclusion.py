"""TL111: an exclusion constraint has no online form."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import added
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Exclusion constraints on tables that were there before."""
    for constraint in added(seen, ctx, "x"):
        message = (
            f'Adding exclusion constraint "{constraint.name}" builds its index while table '
            f'"{seen.title(constraint.of)}" is locked against reads and writes'
        )
        yield Hit(message)


RULE = Rule(
    code="TL111",
    name="add-exclusion",
    analyzer="concurrent_index",
    severity="warning",
    meaning="An exclusion constraint is added to an existing table.",
    why="The index is built and all rows are compared under ACCESS EXCLUSIVE, and no CONCURRENTLY exists for it",
    instead="Create a new table with the constraint, fill it and swap the two; or take a maintenance window.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, r int4range);",
        "ALTER TABLE t ADD CONSTRAINT t_r EXCLUDE USING gist (r WITH &&);",
    ),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, r int4range);", "CREATE INDEX t_r ON t USING gist (r);"),
    judge=judge,
    peers=("L11",),
)
