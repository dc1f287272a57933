"""TL213: a value of an enum is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Values of before this release with another label."""
    for before, after in seen.altered(Thing):
        if before.kind == "value" and before.name != after.name and before.oid in ctx.base.things["value"]:
            type = seen.after.things["type"][after.of].name
            yield Hit(f'Renaming value "{before.name}" of enum "{type}" to "{after.name}"')


RULE = Rule(
    code="TL213",
    name="rename-enum-value",
    analyzer="incompatible",
    severity="warning",
    meaning="A value of an enum is renamed.",
    why="Code that still runs writes and compares the old value, and fails at once",
    instead="Add the new value, move code and rows over; the old one may stay.",
    bad=Example("CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e RENAME VALUE 'a' TO 'b';"),
    good=Example("CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e ADD VALUE 'b' AFTER 'a';"),
    judge=judge,
    peers=("L19", "C13"),
)
