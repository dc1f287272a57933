"""Which file is no longer what a target was given: edited after it was applied, and sealed anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telamon.apply.revisions import EXECUTED, RESOLVED, Revision
from telamon.directory import Directory, MigrationFile


@dataclass(frozen=True, slots=True)
class Edited:
    """A file that was edited after it was applied.

    Args:
        file: as it is now.
        row: the revision of what it was.
    """

    file: MigrationFile
    row: Revision

    def __str__(self) -> str:
        return f"{self.file.name} is not what was applied here on {self.row.executed_at:%Y-%m-%d}: it was edited since"


ADVICE = "restore it from version control, and put the change into a new migration"


def edited(directory: Directory, rows: Sequence[Revision]) -> Edited | None:
    """The first file that was edited after the target had it, None if there is none or nobody can tell.

    A revision holds its file's entry in the sum file, and entries are chained: it vouches for all files before, too. So
    the first one that differs is the one; of those after it, and of those after a file that is gone, nobody can tell.
    What was added before it later, to be run out of order, is no edit.

    Args:
        directory: verified.
        rows: the target's revisions, ordered by version.
    """
    files = {file.version: file for file in directory.executable()}
    chains = _Chains(directory, rows)
    for row in rows:
        file = files.get(row.version)
        if file is None:
            return None
        vouches = row.hash and row.type in (EXECUTED, RESOLVED) and not row.partial
        if vouches and all(chain[file.name] != row.hash for chain in chains.for_row(row)):
            return Edited(file, row)
    return None


class _Chains:
    """The entries that the files had when they were applied: as they are now, or without what came later."""

    def __init__(self, directory: Directory, rows: Sequence[Revision]) -> None:
        self._directory, self._rows = directory, rows
        self._names = {file.version: file.name for file in directory.executable()}
        self._made: dict[tuple[str, ...], dict[str, str]] = {}
        known = {row.version for row in rows}
        not_run = [file for file in directory.executable() if file.version not in known]
        # What this target has not run may have been there all the same: for other contexts, or as a checkpoint.
        self._unordered = [file.name for file in not_run if not (file.contexts or file.checkpoint)]
        self._not_run = [file.name for file in not_run]

    def for_row(self, row: Revision) -> Iterator[dict[str, str]]:
        """Entries by file name, one after the other until one of them is right."""
        yield self._without([])
        since = [each.version for each in self._rows if each.executed_at > row.executed_at]
        later = [self._names[version] for version in since if version < row.version and version in self._names]
        for gone in (later, [*later, *self._unordered], [*later, *self._not_run]):
            yield self._without(gone)

    def _without(self, names: list[str]) -> dict[str, str]:
        """The entries of the directory without some files; made once, since rows mostly have the same behind them."""
        key = tuple(names)
        if key not in self._made:
            entries = (self._directory.changed({}, names) if names else self._directory).computed.entries
            self._made[key] = {entry.name: entry.hash for entry in entries}
        return self._made[key]
