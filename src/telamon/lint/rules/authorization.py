"""TL225: who may do what changes."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Privileges, roles and policies."""
    if seen.command in ("grant_stmt", "grant_role_stmt", "alter_default_privileges_stmt", "alter_owner_stmt"):
        yield Hit("This changes who may do what")
        return
    for policy in (*seen.created(Thing), *seen.dropped(Thing)):
        if policy.kind == "policy" and ctx.live(policy.of) and policy.of in seen.after.relations:
            yield Hit(f'Policy "{policy.name}" of table "{seen.title(policy.of)}" changes who sees which rows')


RULE = Rule(
    code="TL225",
    name="authorization",
    analyzer="authorization",
    severity="info",
    meaning="Privileges, ownership or row security change.",
    why="Code that still runs may lose what it needs, or others may see what they should not",
    instead="Let somebody who knows the roles look at it.",
    bad=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "GRANT SELECT ON t TO PUBLIC;"),
    good=Example("CREATE TABLE t (id int PRIMARY KEY, a text);", "ALTER TABLE t ADD COLUMN b int;"),
    judge=judge,
    live=False,
    on=False,
    peers=("C15",),
)
