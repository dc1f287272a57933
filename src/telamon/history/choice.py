"""Migrations as people name them."""

from __future__ import annotations

from collections.abc import Sequence

from telamon.directory import Directory
from telamon.errors import UsageError


def named(directory: Directory, versions: Sequence[str]) -> tuple[str, ...]:
    """The names of files given by version or by name, in the order of the directory.

    Raises:
        UsageError: there is none.
    """
    known = {file.version: file.name for file in directory.files} | {file.name: file.name for file in directory.files}
    for each in versions:
        if each not in known:
            last = directory.files[-1].version if directory.files else "none"
            raise UsageError(
                f"no migration has the version {each}", where=directory.path, why=f"The last one is {last}."
            )
    return tuple(sorted({known[each] for each in versions}))


def since(directory: Directory, version: str) -> tuple[str, ...]:
    """The names of the file of a version and of those after it."""
    [first] = named(directory, [version])
    return tuple(file.name for file in directory.files if file.name >= first)
