"""Texts as psql reads them, split into their statements, and split again after an edit."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from telamon.scan import Scanner
from telamon.statements import Statement


@dataclass(frozen=True, slots=True)
class Cut:
    """A text of psql's and its statements.

    Args:
        ends: where each statement ends, the data of a COPY included.
    """

    text: str
    path: str
    statements: tuple[Statement, ...]
    ends: tuple[int, ...]


def cut(text: str, path: str) -> Cut:
    """Splits a text as psql would read it.

    Raises:
        TelamonError: as `split` does.
    """
    scanner = Scanner(text, path)
    return Cut(text, path, tuple(scanner.statements()), tuple(scanner.ends))


def recut(old: Cut, text: str) -> Cut:
    """Splits a text that is another text but for an edit: only what is about the edit is read again.

    The lines of statements below the edit are not brought forward.

    Raises:
        TelamonError: as `split` does.
    """
    if "delimiter" in old.text.lower() or "delimiter" in text.lower():
        return cut(text, old.path)
    alike = _common(old.text, text, False)
    above = bisect_left(old.ends, alike)  # what follows a statement is a part of what ends it
    scanner = Scanner(text, old.path)
    scanner.pos = old.ends[above - 1] if above else 0
    shift = len(text) - len(old.text)
    below = {end + shift: at for at, end in enumerate(old.ends)}
    same_from = len(text) - _common(old.text, text, True)
    found = scanner.statements(until=lambda end: end >= same_from and end in below)
    rest = below[scanner.pos] + 1 if scanner.pos in below and scanner.pos >= same_from else len(old.ends)
    statements = (*old.statements[:above], *found, *old.statements[rest:])
    ends = (*old.ends[:above], *scanner.ends, *(end + shift for end in old.ends[rest:]))
    return Cut(text, old.path, statements, ends)


def _common(one: str, other: str, backwards: bool) -> int:
    """How many characters two texts have in common at their beginning or end."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        same = one.endswith(other[-middle:]) if backwards else one.startswith(other[:middle])
        low, high = (middle, high) if same else (low, middle - 1)
    return low
