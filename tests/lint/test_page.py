"""The rule that the page of rules shows as one of your own works."""

from __future__ import annotations

from pathlib import Path

from telamon.lint.judge import Judge
from telamon.lint.own import own_rules
from tests.lint.conftest import EVERYTHING, Lab

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"


def test_the_rule_on_the_page_works(lab: Lab, tmp_path: Path) -> None:
    """Whoever copies it has a rule of their own."""
    (tmp_path / "lint_rules.py").write_text(PAGE.read_text().split("```python\n")[1].split("```")[0])
    rules = own_rules([tmp_path / "lint_rules.py"])
    [run] = lab.run("CREATE TABLE t (id int PRIMARY KEY, a text);", "CREATE INDEX t_a ON t (a);")
    [finding] = Judge(rules, EVERYTHING).report(*run).findings
    assert (finding.code, finding.severity) == ("OUR1", "error")
