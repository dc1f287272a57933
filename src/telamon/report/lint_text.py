"""Lint for people: the place, the statement with a caret, why it hurts, and what to write instead; on one screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import click

from telamon.lint.finding import FileReport, Finding, LintReport
from telamon.report.counted import last_line, summary

LINES = 4  # of a statement that are shown; a long one would push its own explanation off the screen
COLORS = {"error": "red", "warning": "yellow", "info": "cyan"}


def render(report: LintReport, color: bool = False) -> str:
    """The findings by file, then a summary. What was explained once is not explained again."""
    lines: list[str] = []
    explained: set[str] = set()
    for file in report.files:
        for finding in file.findings:
            lines += [*of_finding(finding, explained), ""]
        if file.failure is not None:
            lines += [*of_failure(file), ""]
    lines.append(click.style(summary(report), bold=True))
    text = "\n".join(lines) + "\n"
    return text if color else click.unstyle(text)


def of_finding(finding: Finding, explained: set[str]) -> Iterator[str]:
    """The lines of one finding.

    Args:
        explained: the rules whose reason was given before; this one's is added.
    """
    place = click.style(f"{finding.path}:{finding.line}:{finding.column}", bold=True)
    severity = click.style(f"{finding.severity} {finding.code}", fg=COLORS[finding.severity], bold=True)
    yield f"{place}: {severity}: {plain(finding.message)} {click.style(f'[{finding.rule}]', dim=True)}"
    yield from excerpt(finding)
    if finding.why and finding.rule not in explained:
        yield from labelled("why", finding.why)
    explained.add(finding.rule)
    if finding.forecast:
        yield from labelled("forecast", finding.forecast)
    if finding.rewrite:
        yield f"  {click.style('write instead', dim=True)}"
        yield from (click.style(f"    {plain(line)}", fg="green") for line in finding.rewrite.rstrip().splitlines())


def excerpt(finding: Finding) -> Iterator[str]:
    """The first lines of the statement behind their numbers, and a caret below the first."""
    written = finding.statement.splitlines()
    shown = written if len(written) <= LINES + 1 else written[:LINES]
    width = len(str(last_line(finding)))
    for offset, line in enumerate(shown):
        yield f"  {click.style(f'{finding.line + offset:>{width}} |', dim=True)} {plain(line)}"
        if not offset:
            caret = click.style("^", fg=COLORS[finding.severity], bold=True)
            yield f"  {'':>{width}} {click.style('|', dim=True)} {blank(line[: finding.column - 1])}{caret}"
    if len(shown) < len(written):
        left = len(written) - len(shown)
        yield f"  {'':>{width}} {click.style(f'| ... {left} more lines', dim=True)}"


def of_failure(file: FileReport) -> Iterator[str]:
    """Why a file was not judged."""
    severity = click.style("error", fg="red", bold=True)
    first, *rest = (file.failure or "").splitlines() or [""]
    yield f"{click.style(file.path, bold=True)}: {severity}: {plain(first)}"
    yield from (f"  {plain(line)}" for line in rest)


def labelled(label: str, text: str) -> Iterator[str]:
    """A text behind its label, its further lines below it."""
    first, *rest = text.splitlines()
    yield f"  {click.style(f'{label}:', dim=True)} {plain(first)}"
    yield from (f"  {'':{len(label) + 1}} {plain(line)}" for line in rest)


def plain(text: str) -> str:
    """A text whose control characters are spelt out: what stands in a file must not command the terminal."""
    return "".join(char if char == "\t" or char.isprintable() else repr(char)[1:-1] for char in text)


def blank(text: str) -> str:
    """Space as wide as a text: a tab stays a tab, East Asian characters take two columns."""
    return "".join(
        "\t" if char == "\t" else "  " if unicodedata.east_asian_width(char) in "WF" else " " for char in text
    )
