"""Lint for programs. A field keeps its meaning as long as `version` stays."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from telamon.lint.finding import Effect, LintReport
from telamon.report.counted import tally

VERSION = 1
"""Of the format; it counts up when a field changes its meaning or goes."""


def render(report: LintReport, color: bool = False, width: int = 0) -> str:
    """`{"version", "failed", "summary", "files": [{"path", "statements", "silenced", "failure", "effects",
    "findings"}]}`.

    An effect is what a statement was seen to do: `line`, `locks` (each with its `table`, its `mode`, and whether it is
    `held` to the end of the file), `rewrites`, `builds` and `reads`. A finding has the fields of
    `telamon.lint.finding.Finding`. `summary` counts `files`, `statements`, `silenced`, `failures` and each severity;
    `failure` is null where the file was judged to its end.
    """
    files = [
        {
            "path": file.path,
            "statements": file.statements,
            "silenced": file.silenced,
            "failure": file.failure,
            "effects": [_effect(effect) for effect in file.effects],
            "findings": [dataclasses.asdict(finding) for finding in file.findings],
        }
        for file in report.files
    ]
    summary = {
        "files": len(report.files),
        "statements": sum(file.statements for file in report.files),
        "silenced": sum(file.silenced for file in report.files),
        "failures": sum(file.failure is not None for file in report.files),
        **tally(report),
    }
    value = {"version": VERSION, "failed": report.failed, "summary": summary, "files": files}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _effect(effect: Effect) -> dict[str, Any]:
    locks = [{"table": table, "mode": mode, "held": effect.held} for table, mode in effect.locks]
    lists = {name: list(getattr(effect, name)) for name in ("rewrites", "builds", "reads")}
    return {"line": effect.line, "locks": locks, **lists}
