"""What a source is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from telamon.statements import Statement


@dataclass(frozen=True, slots=True)
class SqlSource:
    """A schema given as SQL.

    Args:
        statements: in the order in which they were written.
        ordered: True for one program or one file, whose order is right: the first failure ends the loading. False
            where files were put together: what fails is tried again after the others.
        label: the spec or specs it came from, for messages.
    """

    statements: tuple[Statement, ...]
    ordered: bool
    label: str


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """A schema that stands in a database. `url` may hold a password: mask it in messages."""

    url: str


@dataclass(frozen=True, slots=True)
class DirectorySource:
    """A migration directory, replayed up to and including `version`, or wholly where that is None."""

    path: Path
    version: str | None


Source: TypeAlias = SqlSource | DatabaseSource | DirectorySource
