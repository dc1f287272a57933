"""Fingerprints of findings: the same for the same finding in the same statement, wherever it has moved in its file."""

from __future__ import annotations

import hashlib
from collections import Counter

from telamon.lint.finding import Finding, LintReport


def fingerprints(report: LintReport) -> list[str]:
    """One for each finding, in their order, each another.

    Lines are left out, so that a comment put above does not make every finding a new one; of findings that are alike
    otherwise the first, the second and so on are told apart.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in report:
        key = _key(finding)
        seen[key] += 1
        found.append(hashlib.sha256(f"{key}\0{seen[key]}".encode(errors="surrogatepass")).hexdigest())
    return found


def _key(finding: Finding) -> str:
    statement = " ".join(finding.statement.split())
    return "\0".join((finding.code, finding.rule, finding.path, finding.message, statement))
