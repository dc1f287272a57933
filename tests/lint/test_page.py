"""The page of the rules is as the rules are."""

from __future__ import annotations

import os
from pathlib import Path

from telamon.lint.judge import Judge
from telamon.lint.own import own_rules
from telamon.lint.page import page
from tests.lint.conftest import EVERYTHING, Lab

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_page_is_current() -> None:
    """`TELAMON_WRITE_DOCS=1` writes it."""
    if os.environ.get("TELAMON_WRITE_DOCS") == "1":
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_the_rule_on_the_page_works(lab: Lab, tmp_path: Path) -> None:
    """Whoever copies it has a rule of their own."""
    (tmp_path / "lint_rules.py").write_text(PAGE.read_text().split("```python\n")[1].split("```")[0])
    rules = own_rules([tmp_path / "lint_rules.py"])
    [run] = lab.run("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a ON t (a);")
    [finding] = Judge(rules, EVERYTHING).report(*run).findings
    assert (finding.code, finding.severity) == ("OUR1", "error")
