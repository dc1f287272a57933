"""Statements cut into what can be executed, failed and repeated by itself. Pure: nothing is executed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from telamon.errors import TelamonError
from telamon.statements import Statement

_CLUSTER = {
    ("CREATE", "DATABASE"),
    ("DROP", "DATABASE"),
    ("ALTER", "DATABASE"),
    ("ALTER", "SYSTEM"),
    ("CREATE", "TABLESPACE"),
    ("ALTER", "TABLESPACE"),
    ("DROP", "TABLESPACE"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """What succeeds or fails as one: a statement, or a whole BEGIN ... COMMIT block.

    Args:
        statements: one, or the block with its first and last line.
        settings: all statements of the same file that change the session (SET, set_config), shared by its units.
        reach: how many of the settings stand above this unit.
    """

    statements: tuple[Statement, ...]
    settings: list[Statement]
    reach: int

    @property
    def block(self) -> bool:
        """Whether it is a transaction of its own."""
        return len(self.statements) > 1


def keywords(text: str, count: int = 3) -> tuple[str, ...]:
    """Returns the words with which a statement begins, in capitals, comments left out; at most `count` of them."""
    return tuple(word.upper() for word, _ in zip(_words(text), range(count), strict=False))


def _words(text: str) -> Iterator[str]:
    position, end = 0, len(text)
    while position < end:
        if text[position].isspace():
            position += 1
        elif text.startswith("--", position):
            newline = text.find("\n", position)
            position = end if newline < 0 else newline
        elif text.startswith("/*", position):
            position = _after_comment(text, position)
        else:
            start = position
            while position < end and (text[position].isalnum() or text[position] == "_"):
                position += 1
            if position == start:
                return
            yield text[start:position]


def _after_comment(text: str, position: int) -> int:
    depth, position = 1, position + 2
    while depth and position < len(text):
        if text.startswith("/*", position):
            depth, position = depth + 1, position + 2
        elif text.startswith("*/", position):
            depth, position = depth - 1, position + 2
        else:
            position += 1
    return position


def cut(statements: Iterable[Statement]) -> list[Unit]:
    """Returns the units of a source, file by file.

    COPY is left out: rows are no part of a schema. INSERT is kept, since a later statement may need it.

    Raises:
        TelamonError: a statement that concerns the whole server, a transaction that is never ended, or a NUL character.
    """
    units: list[Unit] = []
    cutter = _Cutter("", units)
    for statement in statements:
        if statement.origin.path != cutter.path:
            cutter.finish()
            cutter = _Cutter(statement.origin.path, units)
        cutter.add(statement)
    cutter.finish()
    return units


@dataclass(slots=True)
class _Cutter:
    """The state while one file is cut."""

    path: str
    units: list[Unit]
    settings: list[Statement] = field(default_factory=list)
    block: list[Statement] = field(default_factory=list)
    made: list[Statement] = field(default_factory=list)  # settings made inside the open block

    def add(self, statement: Statement) -> None:
        words = keywords(statement.text)
        _refuse(statement, words)
        if words[:1] == ("COPY",):
            return
        setting = is_setting(statement, words)
        if self.block:
            self.block.append(statement)
            self.made += [statement] if setting else []
            if _ends_block(words):
                self._close(kept=words[0] in ("COMMIT", "END"))
        elif words[:1] == ("BEGIN",) or words[:2] == ("START", "TRANSACTION"):
            self.block.append(statement)
        elif setting:
            self.settings.append(statement)
        elif words[:1] == ("SET",) and words[1:2] in (("LOCAL",), ("TRANSACTION",), ("CONSTRAINTS",)):
            return  # without effect outside a transaction block, and it must not leak into its neighbours here
        else:
            self.units.append(Unit((statement,), self.settings, len(self.settings)))

    def _close(self, *, kept: bool) -> None:
        self.units.append(Unit(tuple(self.block), self.settings, len(self.settings)))
        self.settings += self.made if kept else []
        self.block, self.made = [], []

    def finish(self) -> None:
        if self.block:
            raise TelamonError(
                "A transaction is begun and never ended, so nothing of it would remain",
                where=str(self.block[0].origin),
                do="Add COMMIT, or take BEGIN away.",
            )


def _ends_block(words: tuple[str, ...]) -> bool:
    return words[:1] in (("COMMIT",), ("END",), ("ROLLBACK",), ("ABORT",)) and "TO" not in words


def is_setting(statement: Statement, words: tuple[str, ...]) -> bool:
    """Whether a statement changes the session's settings.

    Args:
        words: its first ones.
    """
    first, second = [*words, "", ""][:2]
    if first == "SET":
        return second not in ("LOCAL", "TRANSACTION", "CONSTRAINTS")
    return first in ("RESET", "DISCARD") or (first == "SELECT" and "set_config" in statement.text.lower())


def _refuse(statement: Statement, words: tuple[str, ...]) -> None:
    if words[:2] in _CLUSTER:
        own = "With database_settings = true the description says it of the database in which it is:\n"
        own += "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ... TO ...', current_database()); END $$;"
        raise TelamonError(
            f"{words[0]} {words[1]} concerns the whole server and is no part of a schema",
            where=str(statement.origin),
            why="A schema is loaded into one throwaway database.",
            do=own if words[:2] == ("ALTER", "DATABASE") else "Take the statement out of the schema's source.",
        )
    if "\0" in statement.text:
        raise TelamonError("A statement holds a NUL character", where=str(statement.origin))
