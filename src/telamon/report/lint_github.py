"""Lint on GitHub: annotations at the lines of a pull request, and a summary below the run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from telamon.errors import TelamonError
from telamon.lint.finding import FileReport, Finding, LintReport
from telamon.report.counted import from_root, last_line, sentence, summary, tally

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
LARGEST = 1_000_000  # bytes; GitHub refuses a summary of more than 1 MiB
SIGNS = {"error": "🛑 error", "warning": "⚠️ warning", "info": "💡 info"}


def render(report: LintReport, color: bool = False, width: int = 0) -> str:
    """Workflow commands, one a line. Appends the summary to the file that GITHUB_STEP_SUMMARY names, if it names one.

    Raises:
        TelamonError: that file cannot be written.
    """
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with open(path, "a", encoding="utf-8", errors="replace") as file:
                file.write(markdown(report))
        except OSError as error:
            raise TelamonError(
                "The summary cannot be written", where=f"GITHUB_STEP_SUMMARY={path}", why=error.strerror or str(error)
            ) from error
    failures = [of_failure(file) for file in report.files if file.failure is not None]
    return "".join(f"{line}\n" for line in [*failures, *map(annotation, report)])


def annotation(finding: Finding) -> str:
    """A finding at its lines. Of more than ten of a kind in a step GitHub shows only the first ten."""
    place = {"file": from_root(finding.path), "line": str(max(finding.line, 1))}
    if last_line(finding) == max(finding.line, 1):
        place["col"] = str(max(finding.column, 1))  # GitHub takes columns only of a single line
    place |= {"endLine": str(last_line(finding)), "title": f"{finding.code} {finding.rule}".strip()}
    parts = [sentence(finding.message), sentence(finding.why), finding.forecast and f"Forecast: {finding.forecast}"]
    if finding.rewrite:
        parts.append(f"Write instead:\n{finding.rewrite.rstrip()}")
    return command(COMMANDS[finding.severity], place, "\n".join(part for part in parts if part))


def of_failure(file: FileReport) -> str:
    """A file that was not judged to its end."""
    place = {"file": from_root(file.path), "title": "not judged"}
    return command("error", place, file.failure or "")


def command(name: str, properties: dict[str, str], text: str) -> str:
    """A workflow command. Its line ends, and in properties its separators, are escaped as the runner undoes it."""
    given = ",".join(f"{key}={_escape(value, ':,')}" for key, value in properties.items())
    return f"::{name} {given}::{_escape(text)}"


def _escape(text: str, separators: str = "") -> str:
    return "".join(f"%{ord(char):02X}" if char in "%\r\n" + separators else char for char in text)


def markdown(report: LintReport) -> str:
    """The summary: one table of all findings, then each with its statement and what to write instead.

    Cut where GitHub would refuse it, and that is said.
    """
    parts = [f"### Migration lint: {_text(summary(report))}\n\n"]
    findings = list(report)
    if findings:
        parts.append("| | where | what |\n|---|---|---|\n")
        parts += [
            f"| {SIGNS[finding.severity]} | {_code(f'{finding.path}:{finding.line}')}"
            f" | **{_text(finding.code)}** {_text(finding.message)} |\n"
            for finding in findings
        ]
        parts.append("\n")
    for file in report.files:
        if file.failure is not None:
            parts.append(f"**{_text(file.path)}** was not judged to its end:\n\n{_fenced(file.failure, '')}\n")
    parts += [_details(finding) for finding in findings]
    parts += _effects(report)
    return _cut(parts, sum(tally(report).values()))


def _effects(report: LintReport) -> list[str]:
    """One folded table of what statements were seen to do."""
    rows = [
        f"| {_code(f'{file.path}:{effect.line}')} | {_lines(f'{mode} on {table}' for table, mode in effect.locks)} |"
        f" {_lines(effect.rewrites)} | {_lines(effect.builds)} | {_lines(effect.reads)} |\n"
        for file in report.files
        for effect in file.effects
    ]
    if not rows:
        return []
    head = "<details><summary>Locks, rewrites and scans of each statement</summary>\n\n"
    return [
        head,
        "| where | locks | rewrites | builds | reads whole |\n|---|---|---|---|---|\n",
        *rows,
        "\n</details>\n\n",
    ]


def _lines(names: Iterable[str]) -> str:
    return "<br>".join(map(_text, names))


def _details(finding: Finding) -> str:
    head = f"<details><summary>{_text(finding.code)} {_text(finding.path)}:{finding.line}</summary>\n\n"
    body = [_fenced(finding.statement, "sql")] if finding.statement else []
    body += [
        f"{_text(part)}\n"
        for part in (sentence(finding.why), finding.forecast and f"Forecast: {finding.forecast}")
        if part
    ]
    if finding.rewrite:
        body.append(f"Write instead:\n\n{_fenced(finding.rewrite, 'sql')}")
    return head + "\n".join(body) + "\n</details>\n\n"


def _cut(parts: list[str], count: int) -> str:
    size, kept = 0, []
    for part in parts:
        size += len(part.encode(errors="replace"))
        if size > LARGEST:
            kept.append(f"\n... cut here: {count} findings are too many for a summary; the log has them all.\n\n")
            break
        kept.append(part)
    return "".join(kept)


def _text(text: str) -> str:
    """Text that Markdown takes as it is, on one line, in a table's cell or elsewhere."""
    escaped = re.sub(r"([\\`*_\[\]|~#])", r"\\\1", " ".join(text.split()))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")


def _code(text: str) -> str:
    """Code within a line; a bar would end a table's cell even there."""
    marks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{marks}{text}{marks}".replace("|", "\\|").replace("\n", " ")


def _fenced(text: str, language: str) -> str:
    """A block of code, whose fence is longer than any run of backticks in it."""
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"
