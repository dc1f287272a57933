"""Lint for people: the place, the statement with a caret, why it hurts, and what to write instead; on one screen."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import groupby

import click

from telamon.lint.finding import FileReport, Finding, LintReport
from telamon.report.counted import last_line, summary

LINES = 4  # of a statement that are shown; a long one would push its own explanation off the screen
ROOM = 24  # columns below which a message begins on a line of its own
COLORS = {"error": "red", "warning": "yellow", "info": "cyan"}


def render(report: LintReport, color: bool = False, width: int = 0) -> str:
    """The findings by file, then a summary. What was explained or shown once is not explained or shown again."""
    lines: list[str] = []
    explained: set[str] = set()
    for file in report.files:
        for (_, statement), findings in groupby(file.findings, lambda each: (each.line, each.statement)):
            for number, finding in enumerate(findings):
                lines += of_finding(finding, explained, width, shown=not statement or number > 0)
            lines.append("")
        if file.failure is not None:
            lines += [*of_failure(file), ""]
    lines.append(click.style(summary(report), bold=True))
    text = "\n".join(lines) + "\n"
    return text if color else click.unstyle(text)


def of_finding(finding: Finding, explained: set[str], width: int = 0, *, shown: bool = False) -> Iterator[str]:
    """The lines of one finding.

    Args:
        explained: the rules whose reason was given before, and the forecasts; this one's are added.
        width: columns of the terminal, 0 for lines as long as they are.
        shown: whether the statement stands above already.
    """
    yield from headline(finding, width)
    if not shown:
        yield from excerpt(finding, width)
    if finding.why and finding.rule not in explained:
        yield from labelled("why", finding.why, width)
    explained.add(finding.rule)
    if finding.forecast and (told := f"{finding.line} {finding.forecast}") not in explained:
        yield from labelled("forecast", finding.forecast, width)
        explained.add(told)
    if finding.rewrite:
        yield f"  {click.style('write instead', dim=True)}"
        for line in finding.rewrite.rstrip().splitlines():
            yield click.style(f"    {plain(line)}", fg="green") if line.strip() else ""


def headline(finding: Finding, width: int) -> Iterator[str]:
    """Where, how grave, what, and the rule's name; further lines are indented."""
    place, severity = f"{finding.path}:{finding.line}:{finding.column}", f"{finding.severity} {finding.code}"
    head = f"{click.style(place, bold=True)}: {click.style(severity, fg=COLORS[finding.severity], bold=True)}:"
    taken = len(f"{place}: {severity}: ")
    rule = f"[{finding.rule}]"
    first, *rest = folded(f"{plain(finding.message)} {rule}", width, taken, 2)
    told = [f"{head} {first}" if first else head, *(f"  {line}" for line in rest)]
    told[-1] = told[-1].removesuffix(rule) + click.style(rule, dim=True)
    yield from told


def excerpt(finding: Finding, width: int = 0) -> Iterator[str]:
    """The first lines of the statement behind their numbers, and a caret below the first."""
    written = finding.statement.splitlines()
    shown = written if len(written) <= LINES + 1 else written[:LINES]
    digits = len(str(last_line(finding)))
    room = max(width - digits - 5, 20) if width else 0
    for offset, line in enumerate(shown):
        cut = plain(line)
        cut = f"{cut[: room - 1]}\N{HORIZONTAL ELLIPSIS}" if room and len(cut) > room else cut
        yield f"  {click.style(f'{finding.line + offset:>{digits}} |', dim=True)} {cut}"
        if not offset:
            caret = click.style("^", fg=COLORS[finding.severity], bold=True)
            yield f"  {'':>{digits}} {click.style('|', dim=True)} {blank(line[: finding.column - 1])}{caret}"
    if len(shown) < len(written):
        left = len(written) - len(shown)
        yield f"  {'':>{digits}} {click.style(f'| ... {left} more lines', dim=True)}"


def of_failure(file: FileReport) -> Iterator[str]:
    """Why a file was not judged."""
    severity = click.style("error", fg="red", bold=True)
    first, *rest = (file.failure or "").splitlines() or [""]
    yield f"{click.style(file.path, bold=True)}: {severity}: {plain(first)}"
    yield from (f"  {plain(line)}" for line in rest)


def labelled(label: str, text: str, width: int = 0) -> Iterator[str]:
    """A text behind its label, its further lines below it."""
    indent = len(label) + 4
    first, *rest = (part for line in text.splitlines() for part in folded(plain(line), width, indent, indent))
    yield f"  {click.style(f'{label}:', dim=True)} {first}"
    yield from (f"{'':{indent}}{line}" for line in rest)


def folded(text: str, width: int, taken: int, indent: int) -> list[str]:
    """A text in lines that fit.

    Args:
        width: columns of the terminal, 0 for one line.
        taken: columns that are used on the first line; where no room is left, that line stays empty.
        indent: columns that are used on the others.
    """
    if not width or taken + len(text) <= width:
        return [text]
    if width - taken < ROOM and taken > indent:
        return ["", *folded(text, width, indent, indent)]
    lines = textwrap.wrap(text, max(width - indent, 10), initial_indent="x" * (taken - indent), break_long_words=False,
                          break_on_hyphens=False)  # fmt: skip
    return [lines[0][taken - indent :], *lines[1:]]


def plain(text: str) -> str:
    """A text whose control characters are spelt out: what stands in a file must not command the terminal."""
    return "".join(char if char == "\t" or char.isprintable() else repr(char)[1:-1] for char in text)


def blank(text: str) -> str:
    """Space as wide as a text: a tab stays a tab, East Asian characters take two columns."""
    return "".join(
        "\t" if char == "\t" else "  " if unicodedata.east_asian_width(char) in "WF" else " " for char in text
    )
