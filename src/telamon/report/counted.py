"""Words that all lint reports share."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telamon.lint.finding import Finding, LintReport, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def tally(report: LintReport) -> dict[str, int]:
    """How many findings there are of each severity."""
    found = Counter(finding.severity for finding in report)
    return {severity: found[severity] for severity in SEVERITIES}


def summary(report: LintReport) -> str:
    """One line: `2 files, 5 statements: 1 error, 2 warnings; 1 silenced`."""
    statements = sum(file.statements for file in report.files)
    failures = sum(1 for file in report.files if file.failure is not None)
    parts = [counted(number, severity) for severity, number in tally(report).items() if number and severity != "info"]
    if hints := tally(report)["info"]:
        parts.append(f"{hints} info")
    if failures:
        parts.insert(0, f"{counted(failures, 'file')} not judged to the end")
    silenced = sum(file.silenced for file in report.files)
    tail = f"; {silenced} silenced" if silenced else ""
    head = f"{counted(len(report.files), 'file')}, {counted(statements, 'statement')}"
    return f"{head}: {', '.join(parts) or 'nothing found'}{tail}"


def explained(finding: Finding) -> str:
    """What a finding says, whole, as plain text."""
    parts = [sentence(finding.message), sentence(finding.why)]
    if finding.forecast:
        parts.append(f"Forecast: {finding.forecast}")
    if finding.rewrite:
        parts.append(f"Write instead:\n{finding.rewrite.rstrip()}")
    return "\n\n".join(part for part in parts if part)


def sentence(text: str) -> str:
    """A message with its full stop."""
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def last_line(finding: Finding) -> int:
    """The statement's last line, never before its first."""
    return max(finding.line, finding.end_line, 1)


def from_root(path: str) -> str:
    """A path as the pages of a CI know it: from the root of the repository that it checked out."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    if root:
        relative = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
        if not relative.startswith(".."):
            return relative
    return path.removeprefix("./")
