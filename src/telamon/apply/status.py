"""How far a target is: what is applied, what is pending, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from telamon.apply.edited import ADVICE, Edited, edited
from telamon.apply.pending import ExecOrder, baseline_file, in_context, pending
from telamon.apply.report import env_json, file_json
from telamon.apply.revisions import BASELINE, Revision, locate
from telamon.apply.target import connect, parse
from telamon.directory import Directory, MigrationFile
from telamon.errors import TelamonError

NONE_YET = "No migration applied yet"
AT_LATEST = "Already at latest version"
UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a target. Field for field what Atlas's status holds.

    Args:
        env: driver, URL without password, directory.
        available: the files of the directory.
        pending: those to be run, in order; without those out of order.
        out_of_order: files older than the last revision that have none.
        applied: the revisions.
        current: the last version, or words if there is none.
        next: the version that comes next, or words.
        count: statements done of an unfinished file, 0 if there is none.
        left: statements left of it.
        total: statements in it.
        error, sql: the last failure.
        from_checkpoint: what comes next is a checkpoint.
        skipped: files that are left to other contexts.
        edited: the file that was edited after it was applied, None if there is none.
    """

    env: dict[str, object]
    available: tuple[MigrationFile, ...]
    pending: tuple[MigrationFile, ...]
    out_of_order: tuple[MigrationFile, ...]
    applied: tuple[Revision, ...]
    current: str
    next: str
    count: int = 0
    left: int = 0
    total: int = 0
    error: str = ""
    sql: str = ""
    from_checkpoint: bool = False
    skipped: tuple[MigrationFile, ...] = ()
    edited: Edited | None = None

    @property
    def status(self) -> str:
        """`OK` if nothing is pending, else `PENDING`."""
        return "PENDING" if self.pending or self.out_of_order else "OK"

    def to_json(self) -> dict[str, object]:
        """The fields of Atlas's `{{ json . }}`; as there, empty ones are left out."""
        fields: dict[str, object] = {
            "Available": [file_json(file) for file in self.available],
            "OutOfOrder": [file_json(file) for file in self.out_of_order],
            "Pending": [file_json(file) for file in self.pending],
            "Applied": [_revision_json(row) for row in self.applied],
            "Current": self.current,
            "Next": self.next,
            "Count": self.count,
            "Left": self.left,
            "Total": self.total,
            "Status": self.status,
            "Error": self.error,
            "SQL": self.sql,
            "Skipped": [file_json(file) | {"Contexts": ", ".join(file.contexts)} for file in self.skipped],
            "Edited": file_json(self.edited.file) if self.edited else {},
        }
        return self.env | {name: value for name, value in fields.items() if value}

    def to_text(self) -> str:
        """The text that Atlas prints, plus the names of files that are out of order."""
        partly = self.total > 0
        done = f" ({self.count} statements applied)" if partly else ""
        left = f" ({self.left} statements left)" if partly else ""
        waiting = len(self.pending) + len(self.out_of_order)
        unordered = f"{len(self.out_of_order)} " if self.pending else ""
        lines = [
            f"Migration Status: {self.status}",
            f"  -- Current Version: {self.current}{done}",
            f"  -- Next Version:    {self.next}{' (checkpoint)' * self.from_checkpoint}{left}",
            f"  -- Executed Files:  {len(self.applied)}{' (last one partially)' * partly}",
            f"  -- Pending Files:   {waiting}{f' ({unordered}out of order)' * bool(self.out_of_order)}",
        ]
        if self.out_of_order:
            lines += ["", "Added out of order:", *(f"  -- {file.name}" for file in self.out_of_order)]
        if self.skipped:
            skipped = (f"  -- {file.name} ({', '.join(file.contexts)})" for file in self.skipped)
            lines += ["", "Left to other contexts:", *skipped]
        if self.edited:
            lines += ["", "Edited after it was applied:", f"  -- {self.edited};", f"     {ADVICE}"]
        if self.error:
            lines += ["", "Last migration attempt had errors:", f"  -- SQL:   {self.sql}", f"  -- ERROR: {self.error}"]
        return "\n".join(lines)


def status(
    url: str,
    directory: Directory | Path | str,
    *,
    revisions_schema: str | None = None,
    exec_order: ExecOrder = "linear",
    baseline: str | None = None,
    role: str | None = None,
    wait: float = 0.0,
    contexts: tuple[str, ...] = (),
) -> Status:
    """Tells how far a target is. Changes nothing, takes no lock.

    Args:
        url: of the target; see `apply`.
        directory: the directory, or where it is.
        revisions_schema: where the revision table is, None for the usual place.
        exec_order: the one that apply would be run with.
        baseline: the one that apply would be run with: it counts where there is no history yet.
        role: act as this role.
        wait: seconds to wait for a target that is not up yet.
        contexts: those that apply would be run with.

    Raises:
        UsageError: the URL or the baseline is wrong.
        CheckError: the directory is not as sealed, or lacks a file that is partly applied.
        TelamonError: the target cannot be used.
    """
    directory = directory if isinstance(directory, Directory) else Directory.read(directory)
    directory.check()
    try:
        with connect(url, role=role, wait=wait) as target:
            rows = locate(target, revisions_schema).read()
    except psycopg.Error as error:
        raise TelamonError("the target's history cannot be read", why=str(error).strip()) from None
    return compute(directory, rows, env_json(parse(url), str(directory.path)), exec_order, baseline, contexts)


def compute(
    directory: Directory,
    rows: tuple[Revision, ...],
    env: dict[str, object],
    exec_order: ExecOrder = "linear",
    baseline: str | None = None,
    contexts: tuple[str, ...] = (),
) -> Status:
    """The status that follows from a directory and revisions; see `status`."""
    everything = directory.executable()
    files = in_context(everything, contexts, rows)
    known = rows
    if not rows and baseline:
        base = baseline_file(files, baseline)
        known = (Revision(base.version, base.description, BASELINE, 0, 0, datetime.now(UTC)),)
    found = pending(files, known, exec_order)
    unordered = found.out_of_order if exec_order == "linear" else ()
    partial = next((row for row in rows if row.partial), None)
    first = found.files[0] if found.files else None
    failed = next((row for row in rows if row.partial and row.error), None)
    return Status(
        env,
        files,
        found.files,
        unordered,
        rows,
        current=rows[-1].version if rows else NONE_YET,
        next=UNKNOWN if unordered else first.version if first else AT_LATEST,
        count=partial.applied if partial else 0,
        left=partial.total - partial.applied if partial else 0,
        total=partial.total if partial else 0,
        error=failed.error if failed else "",
        sql=failed.error_stmt if failed else "",
        from_checkpoint=first is not None and not rows and first.checkpoint,
        skipped=tuple(file for file in everything if file not in files),
        edited=edited(directory, rows),
    )


def _revision_json(row: Revision) -> dict[str, object]:
    shown: dict[str, object] = {
        "Version": row.version,
        "Description": row.description,
        "Type": row.type_name,
        "Applied": row.applied,
        "Total": row.total,
        "ExecutedAt": row.executed_at.isoformat(),
        "ExecutionTime": row.execution_time,
        "Hash": row.hash,
        "OperatorVersion": row.operator_version,
    }
    if row.error:
        shown |= {"Error": row.error, "ErrorStmt": row.error_stmt}
    return shown
