"""TL119: something that code names is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Schemas, types and functions of before this release with another name."""
    for before, after in seen.altered(Thing):
        live = before.oid in ctx.base.things[before.kind]
        if live and before.kind in ("schema", "type", "function") and before.name != after.name:
            yield Hit(f'Renaming {before.kind} "{before.name}" to "{after.name}"')


RULE = Rule(
    code="TL119",
    name="rename-object",
    analyzer="incompatible",
    severity="warning",
    meaning="A schema, a type or a function is renamed.",
    why="Code that still runs uses the old name and fails at once",
    instead="Make a new one beside the old one, move the code over, then drop the old one.",
    bad=Example("CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e RENAME TO f;"),
    good=Example("CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e ADD VALUE 'b' AFTER 'a';"),
    judge=judge,
    peers=("L19",),
)
