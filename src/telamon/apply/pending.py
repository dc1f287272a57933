"""What is pending: files and revisions in, files to run out. Pure; the rules are Atlas's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from telamon.errors import CheckError, UsageError

ExecOrder = Literal["linear", "linear-skip", "non-linear"]


class Filed(Protocol):
    """What is asked of a migration file."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def checkpoint(self) -> bool: ...


class Recorded(Protocol):
    """What is asked of a revision."""

    @property
    def version(self) -> str: ...
    @property
    def partial(self) -> bool: ...


File = TypeVar("File", bound=Filed)


class Labelled(Filed, Protocol):
    """A migration file that may be left to some contexts."""

    @property
    def contexts(self) -> tuple[str, ...]: ...


Chosen = TypeVar("Chosen", bound=Labelled)


def in_context(files: Sequence[Chosen], contexts: Sequence[str], revisions: Sequence[Recorded]) -> tuple[Chosen, ...]:
    """The files that are this target's: those for all, those of its contexts, and whatever it has a revision of.

    To a target the others do not exist, so that their places in the order are no gaps.
    """
    known = {revision.version for revision in revisions}
    return tuple(
        file
        for file in files
        if not (labels := file.contexts) or file.version in known or not set(labels).isdisjoint(contexts)
    )


@dataclass(frozen=True, slots=True)
class Pending(Generic[File]):
    """What is to be run.

    Args:
        files: in the order in which they are to be run.
        out_of_order: files without a revision between the first revision and the last, whether they are run or not.
        ahead: the last revision's version where the directory has no file as new as it, else "".
    """

    files: tuple[File, ...]
    out_of_order: tuple[File, ...] = ()
    ahead: str = ""


def pending(files: Sequence[File], revisions: Sequence[Recorded], exec_order: ExecOrder = "linear") -> Pending[File]:
    """Which files are to be run on a target with these revisions.

    Without revisions: all files from the last checkpoint on. Otherwise: what was begun and not finished, then the files
    after the last revision, checkpoints left out. Files between revisions that have none are out of order: run before
    the newer ones with `non-linear`, left out with `linear-skip`; with `linear` it is for the caller to refuse them
    (`refuse_unordered`). Rows whose file is gone do not matter unless they are unfinished. (Atlas looks only at the
    last row for unfinished work; with non-linear runs that can lose an earlier one, so all rows are looked at.)

    Args:
        files: the directory, in order.
        revisions: the target's, ordered by version; the row of a baseline counts as any other.

    Raises:
        CheckError: a partly applied file is not in the directory.
    """
    if not revisions:
        return Pending(_from_last_checkpoint(files))
    by_version = {file.version: file for file in files}
    unfinished = []
    for revision in revisions:
        if revision.partial:
            if revision.version not in by_version:
                raise CheckError(
                    f'missing migration: revision "{revision.version}" is partially applied'
                    " but migration file was not found",
                    why="Some of its statements have run on the target, the others cannot be known without the file.",
                    do="Bring the file back (git log --diff-filter=D -- the directory) and run apply again.",
                )
            unfinished.append(by_version[revision.version])
    first, last = revisions[0].version, revisions[-1].version
    known = {revision.version for revision in revisions}
    ordinary = [file for file in files if not file.checkpoint and file.version not in known]
    unordered = tuple(file for file in ordinary if first < file.version < last)
    newer = [file for file in ordinary if file.version > last]
    between = unordered if exec_order == "non-linear" else ()
    ahead = last if files and max(by_version) < last else ""
    return Pending((*sorted([*unfinished, *between], key=lambda file: file.name), *newer), unordered, ahead)


def refuse_unordered(found: Pending[File], exec_order: ExecOrder) -> None:
    """Refuses files out of order unless the execution order says what to do with them.

    Raises:
        CheckError: there are some and the order is linear.
    """
    if exec_order == "linear" and found.out_of_order:
        names = ", ".join(file.name for file in found.out_of_order)
        raise CheckError(
            f"migration file(s) {names} added out of order",
            why="They are older than what the target has had, so they would run in an order that no database saw.",
            do="Give your files new versions after the last one, or run with --exec-order non-linear (run them first)\n"
            "or --exec-order linear-skip (leave them out).",
        )


def baseline_file(files: Sequence[File], version: str) -> File:
    """The file whose version a baseline names.

    Raises:
        UsageError: there is none.
    """
    for file in files:
        if file.version == version:
            return file
    known = ", ".join(file.version for file in files[-5:])
    raise UsageError(
        f'baseline version "{version}" not found',
        do=f"Give the version of a file; the last ones are: {known or 'none'}.",
    )


def cut(
    files: Sequence[File], *, amount: int | None, to_version: str | None, known: Sequence[File]
) -> tuple[File, ...]:
    """The part of what is pending that was asked for.

    Args:
        files: what is pending, in the order of the run.
        amount: at most so many, None for all.
        to_version: none newer than this, None for all.
        known: all files of the directory.

    Raises:
        UsageError: no file has that version.
    """
    if to_version is not None:
        if all(file.version != to_version for file in known):
            raise UsageError(
                f'version "{to_version}" not found in the directory', do="`telamon migrate status` lists the files."
            )
        files = [file for file in files if file.version <= to_version]
    return tuple(files[:amount])


def _from_last_checkpoint(files: Sequence[File]) -> tuple[File, ...]:
    last = max((index for index, file in enumerate(files) if file.checkpoint), default=0)
    return tuple(files[last:])
