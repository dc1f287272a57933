"""PG305: a check reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import added
from telamon.lint.observed import Observed
from telamon.lint.online import check, told
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Checks that are valid at once, on tables that were read for them."""
    for constraint in added(seen, ctx, "c"):
        if constraint.valid and seen.read(constraint.of):
            message = (
                f'Adding check constraint "{constraint.name}" reads all of table '
                f'"{seen.title(constraint.of)}" while it is locked against reads and writes'
            )
            yield Hit(message, told(check(seen, constraint)))


RULE = Rule(
    code="PG305",
    name="add-check",
    analyzer="data_scan",
    severity="warning",
    meaning="A check constraint is added without NOT VALID.",
    why="The whole table is read under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile",
    instead="ADD CONSTRAINT ... NOT VALID, and VALIDATE CONSTRAINT in the next file.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD CONSTRAINT t_id CHECK (id > 0);"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD CONSTRAINT t_id CHECK (id > 0) NOT VALID;"
    ),
    judge=judge,
    peers=("L9",),
)
