"""Every rule on its examples: the bad one fires, the good one does not, a comment silences it, what is new is free."""

from __future__ import annotations

import re

import pytest

from telamon.directory import MigrationFile
from telamon.lint.judge import Judge
from telamon.lint.rule import Context, Rule
from telamon.lint.rules import RULES
from tests.lint.conftest import EVERYTHING, Lab

EXAMPLES = [rule for rule in RULES if rule.bad.sql]
NO_REPLACEMENT = {"TL110", "TL136", "TL323"}
"""Rules whose rewrite is for what follows the statement."""
LIVE = [rule for rule in EXAMPLES if rule.live]


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.code)
def test_bad_fires_and_nolint_silences_it(lab: Lab, rule: Rule) -> None:
    """The bad example is found, as what it is, and a comment that names it takes it away."""
    [(file, seen, context, failure)] = lab.run(rule.bad.setup, rule.bad.sql)
    assert not failure
    judge = Judge([rule], EVERYTHING)
    found = judge.report(file, seen, context, failure).findings
    assert found, [change for each in seen for change in each.changes]
    assert all(each.message and not each.message.endswith(".") for each in found)
    for name in (rule.code, rule.name, rule.analyzer, ""):
        head = f"-- atlas:nolint {name}\n" if file.content.startswith(b"--") else f"-- atlas:nolint {name}\n\n"
        report = judge.report(MigrationFile("2.sql", "2.sql", head.encode() + file.content), seen, context, failure)
        assert (report.findings, report.silenced) == ((), len(found))
    other = MigrationFile("2.sql", "2.sql", b"-- atlas:nolint XX999\n\n" + file.content)
    assert judge.report(other, seen, context, failure).findings


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.code)
def test_good_does_not_fire(lab: Lab, rule: Rule) -> None:
    """The good example is not found."""
    [(file, seen, context, failure)] = lab.run(rule.good.setup, rule.good.sql)
    assert not failure
    assert Judge([rule], EVERYTHING).report(file, seen, context, failure).findings == ()


@pytest.mark.parametrize("rule", LIVE, ids=lambda rule: rule.code)
def test_new_tables_are_free(lab: Lab, rule: Rule) -> None:
    """The bad example is none where what it is about came in the same release, in an earlier file."""
    *_, (file, seen, context, failure) = lab.run("", rule.bad.setup, rule.bad.sql)
    assert not failure
    assert Judge([rule], EVERYTHING).report(file, seen, context, failure).findings == ()


def test_codes_and_names_are_unique() -> None:
    """A directive names one rule."""
    assert len({rule.code for rule in RULES}) == len(RULES) == len({rule.name for rule in RULES})


def test_context_is_light() -> None:
    """A context needs nothing but the base."""
    assert Context.__dataclass_fields__["file"].default == ()


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.code)
def test_rewrites_run_and_are_not_found(lab: Lab, rule: Rule) -> None:
    """The SQL that a finding offers, put into files as it says, runs in the place of the bad one and is good."""
    [(file, seen, context, failure)] = lab.run(rule.bad.setup, rule.bad.sql)
    found = Judge([rule], EVERYTHING).report(file, seen, context, failure).findings
    rewrites = list(dict.fromkeys(finding.rewrite for finding in found))
    if not all(rewrites) or rule.code in NO_REPLACEMENT:
        return
    parts = re.split(r"\n+-- (?:in the next file|and in the one after it)[^\n]*:\n", "\n".join(rewrites))
    for file, seen, context, failure in lab.run(rule.bad.setup, *parts):
        assert not failure
        assert Judge([rule], EVERYTHING).report(file, seen, context, failure).findings == ()
