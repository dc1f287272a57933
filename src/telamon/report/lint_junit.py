"""Lint as JUnit's XML: a suite for each file, in which an error is a failed test."""

from __future__ import annotations

from telamon.lint.finding import FileReport, LintReport
from telamon.report.counted import explained
from telamon.report.junit import Case, Suite, junit


def render(report: LintReport, color: bool = False, width: int = 0) -> str:
    """A test for each finding; warnings pass, and say what they have to say. A file without findings passes whole."""
    return junit("telamon migrate lint", [Suite(file.path, tuple(cases(file))) for file in report.files])


def cases(file: FileReport) -> list[Case]:
    """The tests of one file."""
    found = [
        Case(
            f"{finding.code} {finding.rule} at line {finding.line}",
            "failure" if finding.severity == "error" else "passed",
            finding.message,
            f"{finding.severity}: {explained(finding)}" + (f"\n\n{finding.statement}" if finding.statement else ""),
        )
        for finding in file.findings
    ]
    if file.failure is not None:
        found.append(Case("judged", "error", " ".join(file.failure.split()), file.failure))
    return found or [Case("judged")]
