"""Rules of a project's own: functions over the observed statement, and queries of which each new row is a finding."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path

import psycopg

from telamon.directory import MigrationFile
from telamon.errors import UsageError
from telamon.lint.finding import Finding
from telamon.lint.rule import Rule
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
        try:
            spec.loader.exec_module(module)
        except (SyntaxError, ImportError, NameError, TypeError, ValueError, AttributeError) as error:
            raise UsageError("The file of lint rules fails", where=str(file), why=str(error)) from error
        rules = getattr(module, "RULES", None)
        if not isinstance(rules, list) or not all(isinstance(each, Rule) for each in rules):
            raise UsageError(
                "The file has no lint rules", where=str(file), do="Put them into a list: RULES = [Rule(...), ...]"
            )
        found += rules
    return found


class Queries:
    """Rules in SQL. What a query returned before the first new file is no finding."""

    def __init__(self, rules: Sequence[SqlRule], connection: Connection) -> None:
        self.rules, self.connection = rules, connection
        self.known = {rule.name: self._rows(rule) for rule in rules}

    def findings(self, file: MigrationFile) -> list[Finding]:
        """What is there since the last call."""
        found = []
        for rule in self.rules:
            rows = self._rows(rule)
            for row in sorted(rows - self.known[rule.name]):
                message = f"{rule.message}: {row}"
                found.append(Finding("TL900", rule.name, "own", rule.severity, message, "", "", file.path, 1))
            self.known[rule.name] = rows
        return found

    def _rows(self, rule: SqlRule) -> set[str]:
        try:
            rows = self.connection.execute(rule.query.encode()).fetchall()
        except psycopg.Error as error:
            raise UsageError(f"The lint rule {rule.name} fails", where=rule.query, why=str(error)) from error
        return {", ".join(str(value) for value in row) for row in rows}
