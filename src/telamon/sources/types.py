"""What a source is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from telamon.statements import Statement

if TYPE_CHECKING:
    from telamon.sources.cuts import Cut


@dataclass(frozen=True, slots=True)
class SqlText:
    """A file of SQL that is split only when its statements are needed: to know whether it changed, its text is enough.

    Args:
        text: as psql would read it.
        path: as shown to people.
    """

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table whose rows are a part of the schema.

    Args:
        name: schema and name.
        columns: that are given; what is in others is the application's.
    """

    name: tuple[str, str]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class SqlSource:
    """A schema given as SQL.

    Args:
        given: statements or whole files, in the order in which they were written.
        ordered: True for one program or one file, whose order is right: the first failure ends the loading. False
            where files were put together: what fails is tried again after the others.
        label: the spec or specs it came from, for messages.
        rows: the tables whose rows it declares.
        data: the statements that insert them, after everything else.
    """

    given: tuple[Statement | SqlText, ...]
    ordered: bool
    label: str
    rows: tuple[TableRows, ...] = ()
    data: tuple[Statement, ...] = ()

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements.

        Raises:
            TelamonError: a file does not split (an unclosed quote).
        """
        found: list[Statement] = []
        for item in self.given:
            found += self.cuts[item].statements if isinstance(item, SqlText) else [item]
        return tuple(found)

    @cached_property
    def cuts(self) -> dict[SqlText, Cut]:
        """The files, split into their statements."""
        from telamon.sources.cuts import cut

        return {item: cut(item.text, item.path) for item in self.given if isinstance(item, SqlText)}


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
