"""The comparison with Squawk is as its page says. Only where Squawk is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lint.compared import by_squawk, compare, page, programs, squawk, unexplained
from tests.lint.conftest import Lab

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "lint-compared.md"


def test_every_difference_is_explained(lab: Lab, tmp_path: Path) -> None:
    """`TELAMON_WRITE_DOCS=1` writes the page."""
    program = squawk()
    if program is None:
        pytest.skip("squawk is not installed")
    compared = compare(program, lab, tmp_path)
    assert unexplained(compared) == []
    text = page(program, compared, by_squawk(program, programs(), tmp_path))
    if os.environ.get("TELAMON_WRITE_DOCS") == "1":
        PAGE.write_text(text)
    assert PAGE.read_text() == text
