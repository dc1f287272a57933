"""What a test of migrations is made of, and what came of it. Light: no driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from telamon.statements import Origin, Statement


@dataclass(frozen=True, slots=True)
class Execute:
    """Run a statement."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Migrate:
    """Run the migrations up to and including a version."""

    version: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Fails:
    """A step must fail, with these words or this SQLSTATE in the server's message; "" takes any."""

    step: Execute | Migrate
    words: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Holds:
    """A query must return rows, and nothing but true in them."""

    query: Statement
    origin: Origin


@dataclass(frozen=True, slots=True)
class SameRows:
    """Two queries must return the same rows: the one that is tested, and the one that spells out what is expected."""

    query: Statement
    wanted: Statement
    ordered: bool
    origin: Origin


Step: TypeAlias = Execute | Migrate | Fails | Holds | SameRows


@dataclass(frozen=True, slots=True)
class Scenario:
    """One test.

    Args:
        name: unique in its file.
        origin: where it begins.
        at: the version at which its database begins, or `empty` or `newest`.
        steps: in order.
    """

    name: str
    origin: Origin
    at: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a test did not pass.

    Args:
        origin: of the step.
        what: one sentence without a final full stop.
        detail: the statement, and what was seen instead.
        broken: whether the test could not be carried out, rather than an expectation not being met.
    """

    origin: Origin
    what: str
    detail: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one test.

    Args:
        note: what there is to say of one that passed.
    """

    name: str
    seconds: float
    problem: Problem | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of the tests of one file, in their order."""

    path: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class TestReport:
    """What came of all tests."""

    __test__ = False  # pytest takes the name for one of its own

    files: tuple[FileResult, ...]
    seconds: float

    @property
    def results(self) -> list[Result]:
        """All results, in the order of the files."""
        return [result for file in self.files for result in file.results]

    @property
    def failed(self) -> int:
        """How many tests did not pass."""
        return sum(result.problem is not None for result in self.results)
