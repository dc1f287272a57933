"""PG104: a primary key builds its index under lock."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import added, fresh_index
from telamon.lint.observed import Observed
from telamon.lint.online import key, told
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Primary keys that adopt no index that was there."""
    for constraint in added(seen, ctx, "p"):
        if fresh_index(seen, constraint):
            message = (
                f'Adding primary key "{constraint.name}" builds its index while table '
                f'"{seen.title(constraint.of)}" is locked against reads and writes'
            )
            yield Hit(message, told(key(seen, constraint)))


RULE = Rule(
    code="PG104",
    name="add-primary-key",
    analyzer="concurrent_index",
    severity="warning",
    meaning="A primary key is added to an existing table and builds its index.",
    why="The index is built under ACCESS EXCLUSIVE: nobody reads or writes the table meanwhile",
    instead="Build a unique index concurrently, then ADD CONSTRAINT ... PRIMARY KEY USING INDEX.",
    bad=Example("CREATE TABLE t (id int NOT NULL, a text);", "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY (id);"),
    good=Example(
        "CREATE TABLE t (id int NOT NULL, a text); CREATE UNIQUE INDEX t_id ON t (id);",
        "ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_id;",
    ),
    judge=judge,
    peers=("L7",),
)
