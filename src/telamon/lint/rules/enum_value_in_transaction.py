"""TL127: a new enum value is used where it was added."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Statements that the server refused since they use a value of the same transaction."""
    if seen.unsafe_enum:
        yield Hit("A new value of an enum is used in the transaction that adds it, which the server refuses")


RULE = Rule(
    code="TL127",
    name="enum-value-used-at-once",
    analyzer="lock",
    severity="error",
    meaning="A value is added to an enum and used in the same transaction.",
    why="The server refuses it, and the migration fails",
    instead="Use the value in the next file.",
    bad=Example(
        "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, e e);",
        "ALTER TYPE e ADD VALUE 'b' AFTER 'a'; UPDATE t SET e = 'b' WHERE id = 1;",
    ),
    good=Example(
        "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, e e);",
        "-- atlas:txmode none\n\nALTER TYPE e ADD VALUE 'b' AFTER 'a';\nUPDATE t SET e = 'b' WHERE id = 1;",
    ),
    judge=judge,
    live=False,
    peers=("L27",),
)
