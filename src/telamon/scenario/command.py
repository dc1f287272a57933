"""Finding, reading and carrying out tests, as `migrate test` asks for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from telamon.dev import open_dev
from telamon.directory import Directory
from telamon.errors import UsageError
from telamon.scenario.files import FOLDER, find_files, read_file
from telamon.scenario.onto_rows import run_onto_rows
from telamon.scenario.run import JOBS, Run, run_tests
from telamon.scenario.types import Scenario, TestReport


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tests are to be carried out, and how.

    Args:
        files: files and folders; those of `folder` if there is none.
        folder: where tests are kept.
        only: a part of the names of those to run; "" for all.
        onto: a commit: new migrations are also run onto rows at its last version.
        jobs: how many tests at a time.
    """

    files: tuple[str, ...] = ()
    folder: str | None = None
    only: str = ""
    onto: str | None = None
    jobs: int = JOBS


def run_asked(directory: Directory, dev: str, asked: Asked) -> TestReport:
    """Carries out tests.

    Raises:
        UsageError: there are none, or one names a version that does not exist.
        CheckError: the directory is not as sealed, does not replay, or a file is not written as tests are.
    """
    directory.check()
    read = _read(asked)
    with open_dev(dev) as server:
        run = Run(directory, server)
        report = run_tests(run, read, asked.jobs)
        if asked.onto:
            first = run_onto_rows(run, asked.onto)
            seconds = report.seconds + first.results[0].seconds
            report = TestReport((first, *report.files), seconds)
    return report


def _read(asked: Asked) -> list[tuple[str, Sequence[Scenario]]]:
    if asked.onto and not asked.files and not os.path.exists(asked.folder or FOLDER):
        return []
    read = [(path, read_file(path)) for path in find_files(asked.files, asked.folder)]
    chosen = [(path, [each for each in tests if asked.only.lower() in each.name.lower()]) for path, tests in read]
    found = [(path, tests) for path, tests in chosen if tests]
    if not found and not asked.onto:
        raise UsageError(f'No test has "{asked.only}" in its name')
    return list(found)
