"""What `migrate lint` found, in the form that its reader takes: a person, a program, or the page of a merge request."""

from __future__ import annotations

import importlib

from telamon.errors import UsageError
from telamon.lint.finding import LintReport

FORMS = ("text", "json", "sarif", "github", "gitlab", "junit")
"""Each has a module of its own, `lint_FORM.py`, with a function `render(report, color, width)`."""


def render(report: LintReport, form: str, color: bool = False, width: int = 0) -> str:
    """A report as text, with its final newline; empty where there is nothing to print.

    For `github` the summary is appended, too, to the file that GITHUB_STEP_SUMMARY names, if it names one.

    Args:
        form: one of `FORMS`.
        color: whether the text for people may be coloured.
        width: columns of the terminal into which it is to fit, 0 for lines as long as they are.

    Raises:
        UsageError: there is no such form.
        TelamonError: the summary cannot be written.
    """
    if form not in FORMS:
        raise UsageError(f"lint cannot be printed as {form}", do=f"It is one of: {', '.join(FORMS)}.")
    text: str = importlib.import_module(f"telamon.report.lint_{form}").render(report, color, width)
    return text
