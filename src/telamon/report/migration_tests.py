"""What tests of migrations came to: for people, as JSON, as JUnit's XML."""

from __future__ import annotations

import json

import click

from telamon.report.counted import counted
from telamon.report.junit import Case, Suite, junit
from telamon.scenario.types import Result, TestReport

FORMS = ("text", "json", "junit")
VERSION = 1
"""Of the JSON; it counts up when a field changes its meaning or goes."""


def render(report: TestReport, form: str, color: bool = False) -> str:
    """A report with its final line end."""
    if form == "json":
        return _json(report)
    if form == "junit":
        return junit("telamon migrate test", [Suite(f.path, tuple(map(_case, f.results))) for f in report.files])
    text = _text(report)
    return text if color else click.unstyle(text)


def _text(report: TestReport) -> str:
    lines: list[str] = []
    for file in report.files:
        lines.append(click.style(file.path, bold=True))
        for result in file.results:
            mark = click.style("FAIL", fg="red", bold=True) if result.problem else click.style("ok", fg="green") + "  "
            lines.append(f"  {mark} {result.name} ({result.seconds * 1000:.0f}ms)")
            lines += [f"       {line}" for line in _explained(result).splitlines()]
    failed = report.failed
    counts = f"{len(report.results) - failed} passed" + (f", {failed} failed" if failed else "")
    tail = f"{counted(len(report.results), 'test')}: {counts} ({report.seconds:.2f}s)"
    lines.append(click.style(tail, fg="red" if failed else "green", bold=True))
    return "\n".join(lines) + "\n"


def _explained(result: Result) -> str:
    if result.problem is None:
        return result.note
    return f"{result.problem.origin}: {result.problem.what}\n{result.problem.detail}".rstrip()


def _json(report: TestReport) -> str:
    """`{"version", "passed", "failed", "seconds", "files": [{"path", "tests": [{"name", "ok", "seconds", ...}]}]}`.

    A test that failed has `what`, `detail`, `file`, `line` and `broken`; one that passed may have a `note`.
    """
    files = [{"path": file.path, "tests": [_test(result) for result in file.results]} for file in report.files]
    value = {
        "version": VERSION,
        "passed": len(report.results) - report.failed,
        "failed": report.failed,
        "seconds": round(report.seconds, 3),
        "files": files,
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _test(result: Result) -> dict[str, object]:
    told: dict[str, object] = {"name": result.name, "ok": not result.problem, "seconds": round(result.seconds, 3)}
    if problem := result.problem:
        told |= {"what": problem.what, "detail": problem.detail, "broken": problem.broken}
        told |= {"file": problem.origin.path, "line": problem.origin.line}
    elif result.note:
        told["note"] = result.note
    return told


def _case(result: Result) -> Case:
    if not (problem := result.problem):
        return Case(result.name, text=result.note, seconds=result.seconds)
    return Case(result.name, "error" if problem.broken else "failure", problem.what, _explained(result), result.seconds)
