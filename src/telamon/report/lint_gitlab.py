"""Lint as GitLab's code quality report, which a merge request shows beside its lines."""

from __future__ import annotations

import json
from typing import Any

from telamon.lint.finding import LintReport
from telamon.report.counted import from_root, last_line, sentence
from telamon.report.prints import fingerprints

SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def render(report: LintReport, color: bool = False, width: int = 0) -> str:
    """An array of findings. A fingerprint stays while the statement does, wherever it moves."""
    issues: list[dict[str, Any]] = [
        {
            "description": sentence(f"{finding.code}: {finding.message}"),
            "check_name": finding.rule or finding.code,
            "fingerprint": mark,
            "severity": SEVERITIES[finding.severity],
            "location": {
                "path": from_root(finding.path),
                "lines": {"begin": max(finding.line, 1), "end": last_line(finding)},
            },
        }
        for finding, mark in zip(report, fingerprints(report), strict=True)
    ]
    issues += [
        {
            "description": sentence(f"Not judged to the end: {file.failure}"),
            "check_name": "not-judged",
            "fingerprint": f"not-judged {file.path}",
            "severity": "blocker",
            "location": {"path": from_root(file.path), "lines": {"begin": 1, "end": 1}},
        }
        for file in report.files
        if file.failure is not None
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"
