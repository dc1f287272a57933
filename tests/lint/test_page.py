"""The page of the rules is as the rules are."""

from __future__ import annotations

import os
from pathlib import Path

from telamon.lint.page import page

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_page_is_current() -> None:
    """`TELAMON_WRITE_DOCS=1` writes it."""
    if os.environ.get("TELAMON_WRITE_DOCS") == "1":
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
