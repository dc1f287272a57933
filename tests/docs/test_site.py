"""The pages as a site: each is in the navigation, and every link leads somewhere."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_examples import PAGES, ROOT

_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_FETCHED = re.compile(rb"""(?:src|href)=["']?(?:https?:)?//""")


def test_links_and_navigation() -> None:
    """Without mkdocs: files that pages link to are there, and pages are in the navigation."""
    lost = []
    for page in PAGES:
        for target, _ in _LINK.findall(_FENCED.sub("", page.read_text())):
            if "://" not in target and not (page.parent / target).exists():
                lost.append(f"{page.relative_to(ROOT)}: {target}")
    assert lost == []
    navigation = (ROOT / "mkdocs.yml").read_text()
    docs = ROOT / "docs"
    assert [page for page in docs.rglob("*.md") if f": {page.relative_to(docs)}\n" not in navigation] == []


def test_site_is_whole_and_fetches_nothing(tmp_path: Path) -> None:
    """mkdocs finds every page, link and anchor; what it makes loads nothing from elsewhere."""
    if importlib.util.find_spec("material") is None:
        pytest.skip("mkdocs-material is not installed: make docs does that")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = list(tmp_path.rglob("*.html"))
    assert len(made) > len(PAGES) - 1
    assert [page for page in made if _FETCHED.search(page.read_bytes())] == []
