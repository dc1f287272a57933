"""The collection of cases is whole: every goal has its place, every file is read, no listed failure is forgotten."""

from __future__ import annotations

import re

import pytest

from tests.schema_cases import DIRECTIONS, FOLDER, Case, all_cases, known_failures

_GOALS = {"A": 15, "M": 17, "S": 20, "P": 36, "Q": 10, "D": 18, "B": 13, "Z": 13}
_FILES = {"old.sql", "new.sql", "seed.sql", "seed_new.sql", "roles.sql", "case.json"}


def test_every_goal_has_a_place() -> None:
    """Each of the 142 goals is in a case or in the table of those that are no pair, and nowhere is another."""
    goals = {f"{letter}{number}" for letter, last in _GOALS.items() for number in range(1, last + 1)}
    in_cases = {goal for case in all_cases() for goal in case.goals}
    table = (FOLDER / "GOALS.md").read_text().partition("## Goals that are no pair of schemas")[2].partition("\n## ")[0]
    elsewhere = set(re.findall(r"^\| ([A-Z]\d+) \|", table, re.MULTILINE))
    assert len(goals) == 142
    assert in_cases | elsewhere == goals
    assert not in_cases & elsewhere


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_case_is_well_formed(case: Case) -> None:
    """A sentence about it, keys that are read, files that are read, both directions."""
    assert case.meta["about"]
    assert re.fullmatch(r"[a-z-]+/[a-z0-9-]+", case.name)
    assert {path.name for path in case.folder.iterdir()} <= _FILES
    assert all(case.expectation(direction) for direction in DIRECTIONS)
    same = case.script("old") == case.script("new")
    assert not same or case.expectation("forward").expect == "unchanged"


def test_known_failures_name_cases() -> None:
    """A listed failure is of a case that exists, and has a reason."""
    keys = {f"{case.name}:{direction}" for case in all_cases() for direction in DIRECTIONS}
    for key, reason in known_failures().items():
        assert key.partition("@")[0] in keys
        assert reason.strip()
