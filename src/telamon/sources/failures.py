"""What a person is told when a source does not load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import errors

from telamon.errors import TelamonError
from telamon.role_patterns import is_managed
from telamon.sources.units import Unit, keywords
from telamon.statements import Origin, Statement

_SHOWN_LINES = 4  # of a statement
_SHOWN_OTHERS = 5  # further failures that are named
_WIDTH = 160
_CONSEQUENCES = (
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.InvalidSchemaName,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One unit that failed.

    Args:
        unit: it was rolled back as a whole.
        statement: the one that failed: one of the unit's, or a SET above it.
        error: the server's.
        position: of the error in the statement's text, in characters from 0; None where the server names none.
    """

    unit: Unit
    statement: Statement
    error: psycopg.Error
    position: int | None

    @property
    def hopeless(self) -> bool:
        """Whether nothing that comes later can help: a syntax error, an extension that is not installed."""
        return isinstance(self.error, errors.SyntaxError) or self.lacks_extension

    @property
    def lacks_extension(self) -> bool:
        """Whether the server has no files of the extension that is to be created."""
        absent = isinstance(self.error, errors.FeatureNotSupported | errors.UndefinedFile)
        return absent and keywords(self.statement.text, 2) == ("CREATE", "EXTENSION")

    @property
    def line(self) -> Origin:
        """The line on which the server found the error; where there is no file, what stands for one."""
        origin = self.statement.origin
        if self.position is None or not origin.line:
            return origin
        return Origin(origin.path, origin.line + self.statement.text.count("\n", 0, self.position))


def missing_role(error: psycopg.Error) -> str | None:
    """The role in `role "x" does not exist`: the server names it nowhere else, and does not escape it."""
    return named_in(error, "role", "does not exist") if error.sqlstate in ("42704", "22023") else None


def missing_tablespace(error: psycopg.Error) -> str | None:
    """The tablespace in `tablespace "x" does not exist`."""
    return named_in(error, "tablespace", "does not exist") if error.sqlstate == "42704" else None


def named_in(error: psycopg.Error, kind: str, what: str) -> str | None:
    """The name in `role "x" already exists` and the like."""
    message = error.diag.message_primary or ""
    head, tail = f'{kind} "', f'" {what}'
    return message[len(head) : -len(tail)] if message.startswith(head) and message.endswith(tail) else None


def explain(failures: Sequence[Failure], server: str, managed: Sequence[str] = ()) -> TelamonError:
    """Returns the error that tells of failures: the most telling one in full, others by name.

    Something missing is often the consequence of another failure, so what failed for another reason is told first.

    Args:
        failures: one or more.
        server: a description of the dev server.
        managed: patterns of the roles that the source itself creates.
    """
    ranked = sorted(failures, key=lambda each: (not each.hopeless, isinstance(each.error, _CONSEQUENCES)))
    first, seen = ranked[0], {id(ranked[0].statement)}
    if first.lacks_extension:
        return _no_extension(first, server)
    others = []
    for failure in ranked[1:]:
        if id(failure.statement) not in seen:
            seen.add(id(failure.statement))
            others.append(f"{failure.line}: {failure.error.diag.message_primary}")
    rest = [f"and {len(others) - _SHOWN_OTHERS} more"] if len(others) > _SHOWN_OTHERS else []
    also = ["", "These fail too:", *others[:_SHOWN_OTHERS], *rest] if others else []
    return TelamonError(
        "The schema does not load",
        where="\n".join([str(first.line), *_excerpt(first)]),
        why="\n".join([*_words_of(first.error), *also]),
        do=_advice(first.error, server, managed),
    )


def _words_of(error: psycopg.Error) -> list[str]:
    diag = error.diag
    parts = [
        f"{diag.message_primary or error} (SQLSTATE {error.sqlstate})",
        f"Detail: {diag.message_detail}" if diag.message_detail else "",
        f"Hint: {diag.message_hint}" if diag.message_hint else "",
        f"Context: {diag.context}" if diag.context else "",
    ]
    return [part for part in parts if part]


def _excerpt(failure: Failure) -> list[str]:
    """The statement's first lines and the line of the error with a caret below."""
    text, position = failure.statement.text, failure.position
    lines = text.splitlines() or [""]
    if position is None or position >= len(text):
        shown = lines[:_SHOWN_LINES] + (["..."] if len(lines) > _SHOWN_LINES else [])
        return [f"  {line[:_WIDTH]}" for line in shown]
    row = text.count("\n", 0, position)
    column = position - (text.rfind("\n", 0, position) + 1)
    head = lines[:row] if row < _SHOWN_LINES else [*lines[: _SHOWN_LINES - 1], "..."]
    cut = max(0, column - _WIDTH // 2)
    line = lines[row].expandtabs(1)[cut : cut + _WIDTH]
    return [*(f"  {each[:_WIDTH]}" for each in head), f"  {line}", "  " + " " * (column - cut) + "^"]


def _advice(error: psycopg.Error, server: str, managed: Sequence[str]) -> str:
    if is_managed(missing_role(error) or "", managed):
        return "`roles` says that the description manages this role: write CREATE ROLE into it, before what names it."
    if is_managed(named_in(error, "role", "already exists") or "", managed):
        return "The description creates this role twice: take one CREATE ROLE out."
    if isinstance(error, errors.InvalidCatalogName):
        return "The dev database has a name of its own: take out statements that name the database."
    if isinstance(error, errors.UndefinedFile):
        return f"The file is missing on the dev server ({server}): install it, or name another server with --dev-url."
    return ""


def _no_extension(failure: Failure, server: str) -> TelamonError:
    message = failure.error.diag.message_primary or ""
    _, quote, tail = message.partition('extension "')
    name = tail.partition('"')[0] if quote else ""
    return TelamonError(
        f'The extension "{name}" is not installed on the dev server'
        if name
        else "An extension is not installed on the dev server",
        where="\n".join([str(failure.statement.origin), *_excerpt(failure)]),
        why="\n".join([f"Dev server: {server}", *_words_of(failure.error)]),
        do=f"Run `telamon dev install {name or 'NAME'}`, or name a server that has it with --dev-url postgres://...",
    )
