"""A dev server of these tests' own, and migrations that are run on it as lint runs them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from telamon.dev import Dev, open_dev
from telamon.dev.embedded import clusters, stop
from telamon.directory import MigrationFile
from telamon.lint.finding import FileReport, Finding
from telamon.lint.judge import Judge
from telamon.lint.observe import FileFailed, Observer, with_rows
from telamon.lint.observed import Observed
from telamon.lint.rule import Context
from telamon.lint.rules import RULES
from telamon.lint.settings import Settings

EVERYTHING = Settings(levels={rule.code: "on" for rule in RULES})


class Lab:
    """Runs migrations on a schema and lets rules judge them."""

    def __init__(self, dev: Dev) -> None:
        self.dev = dev

    def run(self, setup: str, *files: str) -> list[tuple[MigrationFile, list[Observed], Context, str]]:
        """(file, what was seen, context, failure) of each file, on top of a schema."""
        found = []
        with self.dev.create() as database:
            with database.connect() as connection:
                connection.execute(setup.encode() or b"SELECT")
            with_rows(database)
            observer = Observer(database.connect(), "the test's server")
            for number, text in enumerate(files, 1):
                file = MigrationFile(f"{number}.sql", f"m/{number}.sql", text.encode())
                seen: list[Observed] = []
                failure = ""
                try:
                    seen.extend(observer.file(file))
                except FileFailed as failed:
                    failure = str(failed.error)
                found.append((file, seen, Context(observer.base, tuple(seen), types={"money": "numeric"}), failure))
        return found

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
