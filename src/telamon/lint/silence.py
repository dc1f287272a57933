"""`nolint`: which findings a comment takes away.

    -- atlas:nolint PG101 destructive          as Atlas has it: codes and analyzers, or nothing for all
    -- telamon:nolint PG101: the table is small   the same with a reason, which Atlas takes for a comment

Above a statement it holds for the statement; in the comment lines at the head of a file that a blank line sets off, for
the file. A name is a code, a rule's name or an analyzer, and matches exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from telamon.directory import MigrationFile
from telamon.directory.directives import statement_directives
from telamon.lint.rule import Rule
from telamon.statements import Statement

_OWN = "telamon:nolint"


@dataclass(frozen=True, slots=True)
class Silence:
    """What is not to be said.

    Args:
        names: codes, rules and analyzers; empty for all.
        reason: why, "" where nothing is said about it.
    """

    names: frozenset[str]
    reason: str = ""

    def covers(self, rule: Rule) -> bool:
        """Whether a rule's findings are taken away."""
        return not self.names or bool(self.names & {rule.code, rule.name, rule.analyzer})


def of_file(file: MigrationFile) -> list[Silence]:
    """What holds for the whole file."""
    found = [Silence(frozenset(argument.split())) for argument in file.arguments("nolint")]
    head, _, rest = file.text.partition("\n\n")
    lines = head.splitlines()
    if all(line.startswith(("--", "#")) for line in lines) and (rest or not file.statements()):
        found += _own(lines)
    return found


def of_statement(statement: Statement) -> list[Silence]:
    """What holds for a statement."""
    named = [each for each in statement_directives(statement.comments) if each.name == "nolint"]
    return [Silence(frozenset(each.argument.split())) for each in named] + _own(statement.comments)


def _own(comments: Iterable[str]) -> list[Silence]:
    found = []
    for comment in comments:
        text = comment.strip().removeprefix("--").removeprefix("#").strip()
        if text.startswith(_OWN):
            names, _, reason = text.removeprefix(_OWN).partition(":")
            found.append(Silence(frozenset(names.replace(",", " ").split()), reason.strip()))
    return found
