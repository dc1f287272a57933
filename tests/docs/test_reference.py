"""The pages of reference are as the code is."""

from __future__ import annotations

import os

import pytest

from tests.docs.reference import FOLDER, pages

MADE = pages()


@pytest.mark.parametrize("name", MADE)
def test_page_is_current(name: str) -> None:
    """`TELAMON_WRITE_DOCS=1` writes it."""
    if os.environ.get("TELAMON_WRITE_DOCS") == "1":
        (FOLDER / name).write_text(MADE[name])
    assert (FOLDER / name).read_text() == MADE[name]
