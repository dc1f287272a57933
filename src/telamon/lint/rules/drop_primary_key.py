"""CD103: a primary-key constraint is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import gone
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Primary-key constraints of before this release that go while table and columns stay."""
    for constraint in gone(seen, ctx, "p"):
        yield Hit(f'Dropping primary-key constraint "{constraint.name}" of table "{seen.title(constraint.of)}"')


RULE = Rule(
    code="CD103",
    name="drop-primary-key",
    analyzer="condrop",
    severity="warning",
    meaning="A primary-key constraint is dropped while its columns stay.",
    why="Rows lose what tells them apart; logical replication and foreign keys need it",
    instead="Keep it, or replace it in the same file by one that says what holds from now on.",
    bad=Example(
        "CREATE TABLE t (id int CONSTRAINT t_pkey PRIMARY KEY, a text);", "ALTER TABLE t DROP CONSTRAINT t_pkey;"
    ),
    good=Example(
        "CREATE TABLE t (id int CONSTRAINT t_pkey PRIMARY KEY, a text);",
        "ALTER TABLE t RENAME CONSTRAINT t_pkey TO t_key;",
    ),
    judge=judge,
)
