"""CD101: a foreign-key constraint is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.look import gone
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Foreign-key constraints of before this release that go while table and columns stay."""
    for constraint in gone(seen, ctx, "f"):
        yield Hit(f'Dropping foreign-key constraint "{constraint.name}" of table "{seen.title(constraint.of)}"')


RULE = Rule(
    code="CD101",
    name="drop-foreign-key",
    analyzer="condrop",
    severity="warning",
    meaning="A foreign-key constraint is dropped while its columns stay.",
    why="Rows that point nowhere can be written from now on, and nothing repairs them later",
    instead="Keep it, or replace it in the same file by one that says what holds from now on.",
    bad=Example(
        (
            "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, u int CONSTRAINT "
            "t_u REFERENCES u);"
        ),
        "ALTER TABLE t DROP CONSTRAINT t_u;",
    ),
    good=Example(
        (
            "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, u int CONSTRAINT "
            "t_u REFERENCES u);"
        ),
        "ALTER TABLE t RENAME CONSTRAINT t_u TO t_u_fkey;",
    ),
    judge=judge,
    peers=("C6",),
)
