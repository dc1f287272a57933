"""TL307: a value comes to an enum without a place."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """ALTER TYPE ... ADD VALUE without BEFORE and AFTER."""
    if seen.command == "alter_enum_stmt":
        node = seen.node.alter_enum_stmt
        if node.new_val and not node.old_val and not node.new_val_neighbor:
            yield Hit(f'Value "{node.new_val}" is put after all others, without saying so')


RULE = Rule(
    code="TL307",
    name="enum-value-order",
    analyzer="types",
    severity="info",
    meaning="A value is added to an enum without BEFORE or AFTER.",
    why="Enums sort by the order of their values, which cannot be changed later",
    instead="Say BEFORE or AFTER.",
    bad=Example("CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e ADD VALUE 'b';"),
    good=Example("CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e ADD VALUE 'b' AFTER 'a';"),
    judge=judge,
    live=False,
    peers=("Y7",),
)
