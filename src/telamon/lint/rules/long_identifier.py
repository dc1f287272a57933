"""TL310: a name is cut off."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Names that the server said it cuts."""
    for state, message in seen.notices:
        if state == "42622":
            yield Hit(f"A name is too long: {message}")


RULE = Rule(
    code="TL310",
    name="identifier-too-long",
    analyzer="robustness",
    severity="warning",
    meaning="A name has more than 63 bytes.",
    why="The server cuts it off silently; the next one that begins alike is taken for it, or fails",
    instead="A shorter name.",
    bad=Example(
        "CREATE TABLE t (id int PRIMARY KEY, a text);",
        "ALTER TABLE t ADD COLUMN bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb int;",
    ),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    judge=judge,
    live=False,
    peers=("Y10",),
)
