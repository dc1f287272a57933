"""Rules of a project's own: functions over the observed statement, and queries of which each new row is a finding."""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import psycopg

from telamon.errors import UsageError
from telamon.lint.observed import Observed
from telamon.lint.rule import Context, Hit, Judge, Rule
from telamon.lint.settings import SqlRule
from telamon.lint.state import Connection


def own_rules(files: Iterable[Path]) -> list[Rule]:
    """The rules of Python files: every `Rule` that stands in the list `RULES` of one.

    Raises:
        UsageError: a file is missing, fails, or has no such list.
    """
    found: list[Rule] = []
    for file in files:
        spec = importlib.util.spec_from_file_location(f"telamon_rules_{file.stem}", file)
        if spec is None or spec.loader is None or not file.is_file():
            raise UsageError("The file of lint rules is not there", where=str(file))
        module = importlib.util.module_from_spec(spec)
        with _Theirs("The file of lint rules fails", file):
            spec.loader.exec_module(module)
        rules = getattr(module, "RULES", None)
        if not isinstance(rules, list) or not all(isinstance(each, Rule) for each in rules):
            raise UsageError(
                "The file has no lint rules", where=str(file), do="Put them into a list: RULES = [Rule(...), ...]"
            )
        found += [replace(rule, judge=_guarded(rule, file)) for rule in rules]
    return found


def in_sql(rule: SqlRule) -> Rule:
    """A rule in SQL as the others are, by which it can be set and silenced; it looks at no statement."""
    return Rule("TL900", rule.name, "own", rule.severity, rule.message, "", "", lambda *_: ())


def _guarded(rule: Rule, file: Path) -> Judge:
    """The rule's function, whose failure is told as the user's own."""

    def judge(seen: Observed, ctx: Context) -> list[Hit]:
        with _Theirs(f"The lint rule {rule.name} fails on {seen.statement.origin}", file):
            return list(rule.judge(seen, ctx))

    return judge


class _Theirs:
    """A block that runs the user's code: whatever it raises becomes an error that tells where.

    Args:
        what: what is said of a failure.
        file: the file with the code.
    """

    def __init__(self, what: str, file: Path) -> None:
        self.what, self.file = what, file

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> Literal[False]:
        if isinstance(error, Exception):
            raise UsageError(self.what, where=str(self.file), why=_told(error)) from error
        return False


def _told(error: Exception) -> str:
    """An error with the places that lead to it, Telamon's own left out."""
    ours = str(Path(__file__).parents[1])
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith((ours, "<frozen"))
    ]
    places = [f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames]
    return "\n".join((*places, "".join(traceback.format_exception_only(error)).strip()))


class Queries:
    """Rules in SQL. What a query returned before the first new file is no finding."""

    def __init__(self, rules: Sequence[SqlRule], connection: Connection) -> None:
        self.rules, self.connection = rules, connection
        self.known = {rule.name: self._rows(rule) for rule in rules}

    def hits(self) -> list[tuple[Rule, Hit]]:
        """What is there since the last call."""
        found = []
        for rule in self.rules:
            rows = self._rows(rule)
            found += [(in_sql(rule), Hit(f"{rule.message}: {row}")) for row in sorted(rows - self.known[rule.name])]
            self.known[rule.name] = rows
        return found

    def _rows(self, rule: SqlRule) -> set[str]:
        try:
            rows = self.connection.execute(rule.query.encode()).fetchall()
        except psycopg.Error as error:
            raise UsageError(f"The lint rule {rule.name} fails", where=rule.query, why=str(error)) from error
        return {", ".join(str(value) for value in row) for row in rows}
