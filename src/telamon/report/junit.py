"""JUnit's XML, as Jenkins, GitLab and others read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Args:
        name: what it is called within its suite.
        outcome: `error` where it could not be carried out.
        message: why it did not pass, on one line.
        text: the same in full, or what there is to say of one that passed.
        seconds: how long it took.
    """

    name: str
    outcome: Literal["passed", "failure", "error"] = "passed"
    message: str = ""
    text: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one file."""

    name: str
    cases: tuple[Case, ...]


def junit(name: str, suites: Sequence[Suite]) -> str:
    """A whole report. Characters that XML cannot hold are replaced."""
    cases = [case for suite in suites for case in suite.cases]
    root = ElementTree.Element("testsuites", {"name": _clean(name), **_counts(cases)})
    for suite in suites:
        node = ElementTree.SubElement(root, "testsuite", {"name": _clean(suite.name), **_counts(suite.cases)})
        for case in suite.cases:
            _add(node, suite, case)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add(suite_node: ElementTree.Element, suite: Suite, case: Case) -> None:
    node = ElementTree.SubElement(
        suite_node, "testcase", name=_clean(case.name), classname=_clean(suite.name), time=f"{case.seconds:.3f}"
    )
    if case.outcome != "passed":
        inner = ElementTree.SubElement(node, case.outcome, type=case.outcome, message=_clean(case.message))
        inner.text = _clean(case.text or case.message)
    elif case.text:
        ElementTree.SubElement(node, "system-out").text = _clean(case.text)


def _counts(cases: Iterable[Case]) -> dict[str, str]:
    outcomes = [case.outcome for case in cases]
    seconds = sum(case.seconds for case in cases)
    return {
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "time": f"{seconds:.3f}",
    }


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
