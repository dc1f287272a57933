"""TL306: an enum is created."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Enums that come."""
    for type in seen.created(Thing):
        if type.kind == "type" and type.detail == "e":
            yield Hit(f'Type "{type.name}" is an enum, from which no value can be taken away')


RULE = Rule(
    code="TL306",
    name="enum",
    analyzer="types",
    severity="info",
    meaning="An enum type is created.",
    why="Values can be added and renamed, but neither removed nor ordered anew",
    instead="A table of values with a foreign key, or text with a CHECK.",
    bad=Example("", "CREATE TYPE e AS ENUM ('a');"),
    good=Example("", "CREATE TABLE e (name text PRIMARY KEY);"),
    judge=judge,
    live=False,
    on=False,
    peers=("Y6",),
)
