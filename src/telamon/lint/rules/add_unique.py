"""PG105: a unique constraint builds its index under lock."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import added, fresh_index
from telamon.lint.observed import Observed
from telamon.lint.online import key, told
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Unique constraints that adopt no index that was there."""
    for constraint in added(seen, ctx, "u"):
        if fresh_index(seen, constraint):
            message = (
                f'Adding unique constraint "{constraint.name}" builds its index while table '
                f'"{seen.title(constraint.of)}" is locked against reads and writes'
            )
            yield Hit(message, told(key(seen, constraint)))


RULE = Rule(
    code="PG105",
    name="add-unique",
    analyzer="concurrent_index",
    severity="warning",
    meaning="A unique constraint is added to an existing table and builds its index.",
    why="The index is built under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile",
    instead="Build a unique index concurrently, then ADD CONSTRAINT ... UNIQUE USING INDEX.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a);"),
    good=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE UNIQUE INDEX t_a ON t (a);",
        "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE USING INDEX t_a;",
    ),
    judge=judge,
    peers=("L6",),
)
