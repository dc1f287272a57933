"""Lint as SARIF 2.1.0, which code scanning of GitHub, Azure DevOps and editors read."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from telamon.lint.finding import FileReport, Finding, LintReport
from telamon.report.counted import explained, from_root, last_line, sentence
from telamon.report.prints import fingerprints
from telamon.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: LintReport, color: bool = False, width: int = 0) -> str:
    """One run: the rules that found something, their findings, and the files that could not be judged."""
    findings = list(report)
    rules = {finding.code: finding for finding in reversed(findings)}
    codes = sorted(rules)
    prints = fingerprints(report)
    failures = [file for file in report.files if file.failure is not None]
    run = {
        "tool": {
            "driver": {
                "name": "Telamon",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [rule(rules[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            result(finding, codes.index(finding.code), mark) for finding, mark in zip(findings, prints, strict=True)
        ],
        "invocations": [
            {
                "executionSuccessful": not failures,
                "toolExecutionNotifications": [notification(file) for file in failures],
            }
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def rule(finding: Finding) -> dict[str, Any]:
    """What a rule is, as one of its findings tells."""
    name = "".join(word.capitalize() for word in finding.rule.split("-"))
    described: dict[str, Any] = {
        "id": finding.code,
        "name": name or finding.code,
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {"tags": [tag for tag in (finding.analyzer,) if tag]},
    }
    if finding.why:
        described |= {"fullDescription": {"text": sentence(finding.why)}, "help": {"text": sentence(finding.why)}}
    return described


def result(finding: Finding, index: int, mark: str) -> dict[str, Any]:
    """One finding."""
    region: dict[str, Any] = {
        "startLine": max(finding.line, 1),
        "startColumn": max(finding.column, 1),
        "endLine": last_line(finding),
    }
    if finding.statement:
        region["snippet"] = {"text": finding.statement}
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": explained(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(finding.path), "region": region}}],
        "partialFingerprints": {"telamonFinding/v1": mark},
    }


def notification(file: FileReport) -> dict[str, Any]:
    """A file that was not judged to its end."""
    return {
        "level": "error",
        "message": {"text": sentence(file.failure or "") or "Not judged."},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(file.path)}}],
    }


def artifact(path: str) -> dict[str, str]:
    """Where a file is: a path in the repository stays relative to its root."""
    path = from_root(path)
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}
