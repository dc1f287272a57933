"""What lint says: findings, by file. The currency between the rules and the reports; light, no driver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found in one statement, or in a file as a whole.

    Args:
        code: the rule's code, Atlas's where Atlas has one (`PG101`).
        rule: the rule's name in words joined by hyphens.
        analyzer: the group by which `nolint` may name it too (`concurrent_index`).
        severity: after the configuration has had its say.
        message: what happens, and on what; one sentence without a final full stop.
        why: what that does to a live system or to running code.
        rewrite: the exact SQL to write instead, "" where there is none.
        path: the file, as the user gave it.
        line: the statement's first line, counted from 1.
        column: where on that line, counted from 1.
        end_line: the statement's last line.
        statement: its text, "" where the finding is about the file.
        forecast: how long it would hold at the target's size, as a range with its basis; "" if not asked for.
        forecast_seconds: the fast and the slow end of that range, None if there is none.
    """

    code: str
    rule: str
    analyzer: str
    severity: Severity
    message: str
    why: str
    rewrite: str
    path: str
    line: int
    column: int = 1
    end_line: int = 0
    statement: str = ""
    forecast: str = ""
    forecast_seconds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What one statement was seen to do to tables of before the release; partitions are told with their table.

    Args:
        line: the statement's first line.
        locks: (table, the strongest lock that it took, as SQL calls it), but for those of reading and writing rows.
        held: whether they are held to the end of the file.
        rewrites: tables whose rows it wrote anew.
        builds: indexes that it built.
        reads: tables that it read from end to end.
    """

    line: int
    locks: tuple[tuple[str, str], ...]
    held: bool
    rewrites: tuple[str, ...]
    builds: tuple[str, ...]
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file that was judged.

    Args:
        path: as the user gave it.
        statements: how many were looked at.
        findings: by line.
        silenced: how many findings a `nolint` with or without a reason took away.
        failure: why the file could not be judged to its end, None where it could.
        effects: of its statements, those that have some.
    """

    path: str
    statements: int
    findings: tuple[Finding, ...] = ()
    silenced: int = 0
    failure: str | None = None
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class LintReport:
    """What `migrate lint` found."""

    files: tuple[FileReport, ...]

    def __iter__(self) -> Iterator[Finding]:
        """All findings, in the order of the files and their lines."""
        for file in self.files:
            yield from file.findings

    @property
    def failed(self) -> bool:
        """Whether something is an error: a finding of that severity, or a file that could not be judged."""
        return any(file.failure for file in self.files) or any(finding.severity == "error" for finding in self)
