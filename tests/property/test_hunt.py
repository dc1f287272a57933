"""A tiny sample of the hunt: `make hunt` goes on where this stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.property.hunt import fewest, hunt

CASES = Path(__file__).parent.parent / "cases"
SAMPLE = [CASES / "table" / name for name in ("comes-with-everything", "inherits-from-two", "of-a-type")]
HALF_A_MINUTE = 30.0


def test_random_changes_of_known_schemas_are_planned_right(capsys: pytest.CaptureFixture[str]) -> None:
    """What the edits do can be planned, forward and back."""
    ends = hunt(SAMPLE, first=3, seconds=HALF_A_MINUTE, most=2)
    assert set(ends) <= {"right", "refused"}, capsys.readouterr().out
    assert ends["right"] > 0


def test_a_find_is_made_small() -> None:
    """Of several statements, those stay that the fault needs."""
    wanted = ["one", "two", "three", "four"]
    assert fewest(wanted, lambda some: {"two", "four"} <= set(some)) == ["two", "four"]
