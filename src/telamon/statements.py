"""SQL statements and where they come from: the currency between sources, directory, dev database and apply."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in a file.

    Args:
        path: as the user gave it, or a label such as `app.models:Base` where there is no file.
        line: counted from 1; 0 where there is none.
    """

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement.

    Args:
        text: as written, the final semicolon kept where the file has one.
        origin: the line on which the statement begins.
        comments: the comment group directly above it (Atlas's rule: a blank line detaches it).
        copy_data: the data lines of a `COPY ... FROM stdin`, else None.
    """

    text: str
    origin: Origin
    comments: tuple[str, ...] = ()
    copy_data: str | None = None
