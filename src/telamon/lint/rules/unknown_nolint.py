"""TL327: a comment silences a rule that there is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Example, Hit, Rule
from telamon.lint.silence import Silence

_ATLAS = re.compile(r"(MY|LT|MS|CH|RS|OR|OW|SA)\d{3}|nestedtx|ownership|sqlinjection|rule")
"""Codes and groups of Atlas's for other databases, or for what is not a matter of the file."""


def judge(seen: Observed, ctx: Context) -> Iterator[Hit]:
    """Nothing: this rule is about comments."""
    return iter(())


def judge_silences(silences: Iterable[Silence], known: Collection[str]) -> Iterator[Hit]:
    """Names that are no code, rule or group."""
    for name in sorted({name for silence in silences for name in silence.names}):
        if name not in known and not _ATLAS.fullmatch(name):
            near = get_close_matches(name, sorted(known), n=1, cutoff=0.4)
            meant = f'; "{near[0]}" is the nearest' if near else ""
            yield Hit(f'There is no lint rule "{name}" to be silenced{meant}')


RULE = Rule(
    code="TL327",
    name="unknown-nolint",
    analyzer="robustness",
    severity="warning",
    meaning="A `nolint` names a rule that there is not.",
    why="It silences nothing, or no longer does, and its reader thinks that it does",
    instead="Write the code, rule or group exactly as it stands in the finding.",
    bad=Example("", ""),
    good=Example("", ""),
    judge=judge,
    live=False,
)
