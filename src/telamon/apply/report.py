"""The report of a run, put together from its events; as JSON it has Atlas's field names."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from telamon.apply.events import Event, Failed, FileDone, FileStarted, Retrying, RunStarted, StatementDone
from telamon.apply.target import Address
from telamon.directory import MigrationFile


@dataclass(frozen=True, slots=True)
class AppliedFile:
    """One file of a run.

    Args:
        skipped: statements that an earlier run had done.
        statements: those done now, and the one that failed.
        error: (statement, server's words) if one failed.
    """

    name: str
    version: str
    description: str
    start: datetime
    end: datetime
    skipped: int = 0
    statements: tuple[str, ...] = ()
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What a run did.

    Args:
        env: driver, URL without password, directory: as Atlas shows it.
        pending: the files that were to be run.
        applied: those that were begun; what was rolled back and not run again is not in it.
        current: the version before, "" for none.
        target: the version that was aimed at.
        start, end: when.
        error: what went wrong, "" if nothing.
    """

    env: dict[str, object]
    pending: tuple[MigrationFile, ...] = ()
    applied: tuple[AppliedFile, ...] = ()
    current: str = ""
    target: str = ""
    start: datetime = field(default_factory=lambda: datetime.now(UTC))
    end: datetime = field(default_factory=lambda: datetime.now(UTC))
    error: str = ""

    def to_json(self) -> dict[str, object]:
        """The fields of Atlas's `{{ json . }}`."""
        shown: dict[str, object] = {
            **self.env,
            "Pending": [file_json(file) for file in self.pending],
            "Applied": [_applied_json(file) for file in self.applied],
            "Current": self.current,
            "Target": self.target,
            "Start": self.start.isoformat(),
            "End": self.end.isoformat(),
        }
        return shown | ({"Error": self.error} if self.error else {})


def file_json(file: MigrationFile) -> dict[str, str]:
    """A file as Atlas shows it."""
    return {"Name": file.name, "Version": file.version, "Description": file.description}


def env_json(address: Address, directory: str) -> dict[str, object]:
    """Driver, URL and directory as Atlas shows them; without the password."""
    given = address.parameters
    host = str(given.get("host") or "")
    if given.get("port"):
        host += f":{given['port']}"
    url = {"Scheme": "postgres", "Host": host, "Path": f"/{given.get('dbname') or ''}"}
    if given.get("user"):
        url["User"] = str(given["user"])
    if address.schema:
        url["Schema"] = address.schema
        url["RawQuery"] = urllib.parse.urlencode({"search_path": ",".join(address.search_path)})
    return {"Driver": "postgres", "URL": url, "Dir": directory}


class Recorder:
    """Takes the events of a run and makes the report of them.

    Args:
        env: see `ApplyReport`.
    """

    def __init__(self, env: dict[str, object]) -> None:
        self._env = env
        self._start = datetime.now(UTC)
        self._run: RunStarted | None = None
        self._files: list[AppliedFile] = []
        self._statements: list[list[str]] = []  # of each of them: lists, for a file may have a million

    def __call__(self, event: Event) -> None:
        """Takes an event."""
        now = datetime.now(UTC)
        match event:
            case RunStarted():
                self._run = event
            case FileStarted():
                begun = AppliedFile(event.name, event.version, event.description, now, now, event.skipped)
                self._forget(event.version)  # begun anew
                self._files.append(begun)
                self._statements.append([])
            case StatementDone():
                self._statements[-1].append(event.sql)
                if event.seconds is not None:  # else the file's own end follows at once
                    self._change(end=now)
            case Failed() if self._files:
                self._change(end=now, error=(event.sql, event.error))
                self._statements[-1].append(event.sql)
            case FileDone():
                self._change(end=now)
            case Retrying() if event.version:
                self._forget(event.version)
            case _:
                pass

    def report(self, error: str = "") -> ApplyReport:
        """The report of what has happened so far."""
        run = self._run or RunStarted("", "", ())
        both = zip(self._files, self._statements, strict=True)
        files = tuple(replace(file, statements=tuple(statements)) for file, statements in both)
        return ApplyReport(self._env, run.files, files, run.current, run.target, self._start, datetime.now(UTC), error)

    def _forget(self, version: str) -> None:
        """Forgets the file of a version and those after it, if it is there: they are undone."""
        versions = [file.version for file in self._files]
        if version in versions:
            first = versions.index(version)
            del self._files[first:], self._statements[first:]

    def _change(self, **changes: object) -> None:
        self._files[-1] = replace(self._files[-1], **changes)  # type: ignore[arg-type]


def _applied_json(file: AppliedFile) -> dict[str, object]:
    shown: dict[str, object] = {
        "Name": file.name,
        "Version": file.version,
        "Description": file.description,
        "Start": file.start.isoformat(),
        "End": file.end.isoformat(),
        "Skipped": file.skipped,
        "Applied": list(file.statements),
    }
    return shown | ({"Error": {"SQL": file.error[0], "Text": file.error[1]}} if file.error else {})
