"""PG306: a foreign key reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import added
from telamon.lint.observed import Observed
from telamon.lint.online import foreign_key, told
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Foreign keys that are valid at once, on tables that were read for them."""
    for constraint in added(seen, ctx, "f"):
        if constraint.valid and (seen.read(constraint.of) or seen.read(constraint.target)):
            message = (
                f'Adding foreign-key constraint "{constraint.name}" reads all of table '
                f'"{seen.title(constraint.of)}" and blocks writes to it and to '
                f'"{seen.title(constraint.target)}"'
            )
            yield Hit(message, told(foreign_key(seen, constraint)))


RULE = Rule(
    code="PG306",
    name="add-foreign-key",
    analyzer="data_scan",
    severity="warning",
    meaning="A foreign key is added without NOT VALID.",
    why="Both tables are locked with SHARE ROW EXCLUSIVE while every row is looked up: all writes to them wait",
    instead="ADD CONSTRAINT ... NOT VALID, and VALIDATE CONSTRAINT in the next file.",
    bad=Example(
        "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, u int);",
        "ALTER TABLE t ADD CONSTRAINT t_u FOREIGN KEY (u) REFERENCES u;",
    ),
    good=Example(
        "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, u int);",
        "ALTER TABLE t ADD CONSTRAINT t_u FOREIGN KEY (u) REFERENCES u NOT VALID;",
    ),
    judge=judge,
    peers=("L8",),
)
