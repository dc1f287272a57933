"""Reading tests of migrations: SQL in which comment lines such as `-- expect: ...` say what is tested.

A directive takes what stands behind its colon, then the statements below it, up to the next directive. The format is
described for its users in docs/guides/migration-tests.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from telamon.errors import CheckError, TelamonError, UsageError
from telamon.scan import split
from telamon.scenario.types import Execute, Fails, Holds, Migrate, SameRows, Scenario, Step
from telamon.statements import Origin, Statement
from telamon.stepping import NEWEST

FOLDER = "tests/migrations"
DIRECTIVES = ("test", "at", "migrate to", "expect", "expect rows", "expect rows in order", "expect error")
_DIRECTIVE = re.compile(r"^--[ \t]*([a-zA-Z]+(?:[ \t]+[a-zA-Z]+){0,4})[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_SIMILAR = 0.8  # of a comment's first words to a directive's: then it is taken for a misspelt one


@dataclass(frozen=True, slots=True)
class _Section:
    """A directive with the statements below it."""

    name: str
    argument: str
    origin: Origin
    statements: tuple[Statement, ...]

    def error(self, what: str, do: str = "") -> CheckError:
        return CheckError(what, where=str(self.origin), do=do)

    def queries(self) -> tuple[Statement, ...]:
        """The statement behind the colon, if there is one, and those below."""
        if not self.argument:
            return self.statements
        own = split(self.argument, self.origin.path, first_line=self.origin.line)
        if len(own) != 1:
            raise self.error(f"`-- {self.name}:` takes one statement", "Write longer ones on the lines below it.")
        return (own[0], *self.statements)


@dataclass(slots=True)
class _Draft:
    """A test while it is read."""

    name: str
    origin: Origin
    at: str | None = None
    steps: list[Step] = field(default_factory=list)
    failing: _Section | None = None  # an `expect error` whose migration has not come yet


def find_files(given: Iterable[str], folder: str | None = None) -> list[str]:
    """The files to run: those given, and all `*.sql` below folders that are given.

    Args:
        folder: where to look if none is given; `tests/migrations` if that is not said either.

    Raises:
        UsageError: one does not exist, or there is none.
    """
    found: list[str] = []
    for name in list(given) or [folder or FOLDER]:
        path = Path(name)
        if path.is_dir():
            found += sorted(str(each) for each in path.rglob("*.sql"))
        elif path.exists():
            found.append(name)
        else:
            raise UsageError("There are no tests of migrations here", where=name, do="Name files or a folder of them.")
    if not found:
        raise UsageError("There are no tests of migrations here", do="Name files or a folder of them.")
    return list(dict.fromkeys(os.path.normpath(path) for path in found))


def read_file(path: str) -> tuple[Scenario, ...]:
    """The tests of a file.

    Raises:
        TelamonError: it cannot be read.
        CheckError: it is not written as tests are; with file and line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise TelamonError("A file of tests cannot be read", where=path, why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise CheckError("A file of tests is not UTF-8", where=path, why=str(error)) from error
    return parse(text, path)


def parse(text: str, path: str) -> tuple[Scenario, ...]:
    """The tests in a text.

    Raises:
        CheckError: it is not written as tests are; with file and line.
    """
    drafts: list[_Draft] = []
    for section in _sections(text, path):
        if section.name == "test":
            if drafts:
                _demand_complete(drafts[-1])
            if not section.argument or section.argument in [draft.name for draft in drafts]:
                raise section.error("A test needs a name of its own", "Write `-- test: what is to hold`.")
            drafts.append(_Draft(section.argument, section.origin))
            _extend(drafts[-1], section.statements)
        elif not drafts:
            raise section.error("A test begins with its name", "Write `-- test: what is to hold` above.")
        else:
            _add(drafts[-1], section)
    if not drafts:
        raise CheckError("There is no test in the file", where=path, do="Begin one with `-- test: what is to hold`.")
    _demand_complete(drafts[-1])
    return tuple(Scenario(each.name, each.origin, each.at or NEWEST, tuple(each.steps)) for each in drafts)


def _sections(text: str, path: str) -> Iterator[_Section]:
    """The directives with their statements. A line within a literal or a body is none."""
    name, argument, line, start = "", "", 1, 0
    for match in [*_directives(text, path), None]:
        end = match.start() if match else len(text)
        try:
            body = tuple(split(text[start:end], path, first_line=text.count("\n", 0, start) + 1))
        except TelamonError as error:
            if match:
                continue  # something is still open here: the line stands within it
            raise CheckError(error.what, where=error.where, why=error.why, do=error.do) from None
        if name:
            yield _Section(name, argument, Origin(path, line), body)
        elif body:
            raise CheckError(
                "SQL stands before the first test", where=str(body[0].origin), do="Write `-- test: ...` above it."
            )
        if match:
            name, argument = _normal(match[1]), match[2]
            line, start = text.count("\n", 0, match.start()) + 1, match.end()


def _directives(text: str, path: str) -> list[re.Match[str]]:
    found = []
    for match in _DIRECTIVE.finditer(text):
        name = _normal(match[1])
        if name in DIRECTIVES:
            found.append(match)
        elif near := get_close_matches(name, DIRECTIVES, n=1, cutoff=_SIMILAR):
            line = text.count("\n", 0, match.start()) + 1
            raise CheckError(f"`-- {name}:` is not known", where=f"{path}:{line}", do=f"Do you mean `-- {near[0]}:`?")
    return found


def _normal(name: str) -> str:
    return " ".join(name.lower().split())


def _add(draft: _Draft, section: _Section) -> None:
    """Adds what one directive asks for to a test."""
    if draft.failing and section.name != "migrate to":
        _demand_complete(draft)
    if section.name == "at":
        if draft.at or draft.steps:
            raise section.error("`-- at:` comes first in a test, and once", "Go on with `-- migrate to: VERSION`.")
        draft.at = _argument(section, "at which version, or `empty` or `newest`")
        _extend(draft, section.statements)
    elif section.name == "migrate to":
        migrate = Migrate(_argument(section, "to which version, or `newest`"), section.origin)
        failing, draft.failing = draft.failing, None
        draft.steps.append(Fails(migrate, failing.argument, failing.origin) if failing else migrate)
        _extend(draft, section.statements)
    elif section.name == "expect error":
        if section.statements:
            draft.steps.append(Fails(Execute(section.statements[0]), section.argument, section.origin))
            _extend(draft, section.statements[1:])
        else:
            draft.failing = section
    else:
        _expect(draft, section)


def _expect(draft: _Draft, section: _Section) -> None:
    queries, needed = section.queries(), 1 if section.name == "expect" else 2
    if len(queries) < needed:
        what = "a query" if needed == 1 else "a query and, below it, one that gives the rows: VALUES (1, 'a');"
        raise section.error(f"`-- {section.name}:` needs {what}")
    if needed == 1:
        draft.steps.append(Holds(queries[0], section.origin))
    else:
        draft.steps.append(SameRows(queries[0], queries[1], section.name.endswith("order"), section.origin))
    _extend(draft, queries[needed:])


def _extend(draft: _Draft, statements: Iterable[Statement]) -> None:
    draft.steps += map(Execute, statements)


def _argument(section: _Section, what: str) -> str:
    if not section.argument:
        raise section.error(f"`-- {section.name}:` does not say {what}")
    return section.argument


def _demand_complete(draft: _Draft) -> None:
    """Raises unless the test says something, to its end."""
    if draft.failing:
        raise draft.failing.error("What is to fail?", "Write a statement, or `-- migrate to: VERSION`, below it.")
    if not any(isinstance(step, Migrate | Fails | Holds | SameRows) for step in draft.steps):
        raise CheckError(
            "The test expects nothing", where=str(draft.origin), do="Write `-- expect: SELECT ...` into it."
        )
