"""OW101 and OW102: migrations keep to the objects that are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from telamon.lint.look import titled
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.state import Relation, Thing

_PARTS = ("value", "domain constraint", "policy")
"""Things that are part of another one, and change with it."""


def not_ours(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Changes of objects that no pattern allows."""
    others = [name for name in _changed(seen) if not _matches(name, ctx.allow)]
    if ctx.allow and others:
        yield Hit(f"This changes {titled(others)}, which these migrations do not own")


def forbidden(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Changes of objects that a pattern forbids."""
    if others := [name for name in _changed(seen) if _matches(name, ctx.deny)]:
        yield Hit(f"This changes {titled(others)}, which these migrations are not to change")


def _changed(seen: Observed) -> list[str]:
    """The objects that a statement changes, as `schema.name`, a schema as `schema.`."""
    names: dict[str, None] = {}
    for change in seen.changes:
        fact = change.after or change.before
        if isinstance(fact, Thing):
            if fact.kind not in _PARTS:
                names[f"{fact.name}." if fact.kind == "schema" else f"{fact.schema}.{fact.name}"] = None
            fact = seen.relation(fact.of) if fact.kind == "policy" else None
        elif fact is not None and not isinstance(fact, Relation):
            fact = seen.relation(fact.of)
        if isinstance(fact, Relation):
            names[f"{fact.schema}.{fact.name}"] = None
    return list(names)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


_SETUP = (
    "CREATE SCHEMA billing; CREATE TABLE billing.t (id int PRIMARY KEY); CREATE TABLE public.t (id int PRIMARY KEY);"
)
_BAD = Example(_SETUP, "ALTER TABLE billing.t ADD COLUMN a text;")
_GOOD = Example(_SETUP, "ALTER TABLE public.t ADD COLUMN a text;")
_WHY = "Those who answer for it do not know: their code, their own migrations and their desired schema go other ways"

RULES: tuple[Rule, ...] = (
    Rule(
        code="OW101",
        name="not-owned",
        analyzer="ownership",
        severity="error",
        meaning="An object changes that no pattern of `allow` in `[lint.ownership]` matches.",
        why=_WHY,
        instead="Ask its owners for the change. Without `allow` in the configuration the rule finds nothing.",
        bad=_BAD,
        good=_GOOD,
        judge=not_ours,
        live=False,
        peers=("OW",),
    ),
    Rule(
        code="OW102",
        name="owned-by-others",
        analyzer="ownership",
        severity="error",
        meaning="An object changes that a pattern of `deny` in `[lint.ownership]` matches.",
        why=_WHY,
        instead="Ask its owners for the change. Without `deny` in the configuration the rule finds nothing.",
        bad=_BAD,
        good=_GOOD,
        judge=forbidden,
        live=False,
        peers=("OW",),
    ),
)
