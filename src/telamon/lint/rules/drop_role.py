"""TL221: a role is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Roles that the server had before this release."""
    for thing in seen.dropped(Thing):
        if thing.kind == "role" and thing.oid in ctx.base.things["role"]:
            yield Hit(f'Dropping role "{thing.name}"')


RULE = Rule(
    code="TL221",
    name="drop-role",
    analyzer="destructive",
    severity="error",
    meaning="A role is dropped.",
    why=(
        "Its password, its settings and its memberships are lost for all databases of the server, who logs in as it is "
        "locked out, and it fails where another database depends on it"
    ),
    instead="Take its LOGIN away in one release, see that nobody misses it, and drop it in a later one.",
    bad=Example("CREATE ROLE app_old LOGIN;", "DROP ROLE app_old;"),
    good=Example("CREATE ROLE app_unused LOGIN;", "ALTER ROLE app_unused NOLOGIN;"),
    judge=judge,
)
