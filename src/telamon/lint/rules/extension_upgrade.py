"""TL215: an extension is upgraded."""

from __future__ import annotations

from collections.abc import Iterator

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Thing


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Extensions with another version."""
    for before, after in seen.altered(Thing):
        if before.kind == "extension" and before.oid in ctx.base.things["extension"] and before.detail != after.detail:
            yield Hit(f'Extension "{after.name}" is brought from version {before.detail} to {after.detail}')


RULE = Rule(
    code="TL215",
    name="extension-upgrade",
    analyzer="extension",
    severity="info",
    meaning="An extension is brought to another version.",
    why="Its script runs whatever it likes, and the files of that version must be installed on the target",
    instead="In a file of its own, tried on a copy of the target.",
    bad=Example("CREATE EXTENSION hstore VERSION '1.4';", "ALTER EXTENSION hstore UPDATE TO '1.5';"),
    good=Example("CREATE EXTENSION hstore VERSION '1.4';", "CREATE EXTENSION citext;"),
    judge=judge,
    peers=("C15",),
)
