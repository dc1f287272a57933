"""A dev server of these tests' own, and migrations that are run on it as lint runs them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from telamon.dev import Database, Dev, open_dev
from telamon.dev.embedded import clusters, stop
from telamon.directory import MigrationFile
from telamon.lint.finding import FileReport, Finding
from telamon.lint.judge import Judge
from telamon.lint.observe import FileFailed, Observer, with_rows
from telamon.lint.observed import Observed
from telamon.lint.rule import Context
from telamon.lint.rules import RULES
from telamon.lint.settings import NAMED, Settings
from telamon.lint.state import Connection

NAMES = dict.fromkeys(NAMED, "^[a-z][a-z0-9_]*$")
Ran = tuple[MigrationFile, list[Observed], Context, str]
"""(file, what was seen, context, failure)."""
ALLOW, DENY = ("[!b]*",), ("billing.*",)
EVERYTHING = Settings(levels={rule.code: "on" for rule in RULES})


class Lab:
    """Runs migrations on a schema and lets rules judge them."""

    def __init__(self, dev: Dev) -> None:
        self.dev = dev
        self.opened: tuple[Database, Connection] | None = None
        self.ran: dict[tuple[str, ...], list[Ran]] = {}
        self.dirty = False

    def run(self, setup: str, *files: str) -> list[Ran]:
        """What is seen of each file, on top of a schema. The same is not run twice."""
        key = (setup, *files)
        if key not in self.ran:
            self.ran[key] = self._run(setup, files)
        return self.ran[key]

    def _run(self, setup: str, files: Sequence[str]) -> list[Ran]:
        found = []
        connection = self._empty("".join((setup, *files)))
        connection.execute(setup.encode() or b"SELECT")
        with_rows(connection)
        observer = Observer(connection, "the test's server")
        for number, text in enumerate(files, 1):
            file = MigrationFile(f"{number}.sql", f"m/{number}.sql", text.encode())
            seen: list[Observed] = []
            failure = ""
            try:
                seen.extend(observer.file(file))
            except FileFailed as failed:
                failure = str(failed.error)
            context = Context(observer.base, tuple(seen), NAMES, {"money": "numeric"}, ALLOW, DENY)
            found.append((file, seen, context, failure))
        connection.remove_notice_handler(observer.noticed)
        return found

    def _empty(self, sql: str) -> Connection:
        """A database with nothing in it: the last one, unless what is to be run in it lies outside of `public`."""
        if self.opened is None or self.dirty:
            if self.opened is not None:
                self.opened[0].drop()
            database = self.dev.create()
            self.opened = database, database.connect()
        else:
            self.opened[1].execute(
                "RESET SESSION AUTHORIZATION; RESET ALL; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
            )
        self.dirty = any(word in sql for word in ("SCHEMA", "EXTENSION", "ACCESS METHOD"))
        return self.opened[1]

    def reports(self, setup: str, *files: str, settings: Settings = EVERYTHING) -> list[FileReport]:
        """What all rules say."""
        judge = Judge(RULES, settings)
        return [judge.report(*each) for each in self.run(setup, *files)]

    def findings(self, setup: str, *files: str, settings: Settings = EVERYTHING) -> list[Finding]:
        """The findings of the last file, which must run."""
        report = self.reports(setup, *files, settings=settings)[-1]
        assert report.failure is None, report.failure
        return list(report.findings)

    def codes(self, setup: str, *files: str) -> list[str]:
        """The codes of the findings of the last file."""
        return [finding.code for finding in self.findings(setup, *files)]


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The laboratory."""
    folder = Path(tempfile.mkdtemp(prefix="tll"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELAMON_CACHE", str(folder))
        with open_dev("embedded") as dev:
            yield Lab(dev)
        for cluster in clusters():
            stop(cluster, purge=True)
    shutil.rmtree(folder, ignore_errors=True)
