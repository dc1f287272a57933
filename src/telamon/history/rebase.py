"""Migrations that are not merged yet are put after those that are."""

from __future__ import annotations

from dataclasses import dataclass

from telamon.catalog.facts import Catalog
from telamon.directory import SUM_FILE, Directory, MigrationFile, file_name
from telamon.directory.verify import unsealed
from telamon.engine import Engine
from telamon.errors import CheckError, TelamonError, UsageError
from telamon.history import git
from telamon.history.choice import named
from telamon.history.states import difference, reached
from telamon.replay import replay, run_files


@dataclass(frozen=True, slots=True)
class Rebased:
    """What a rebase gives.

    Args:
        wanted: the directory as it is to be, not yet written.
        moved: (old name, new name) of each file that is renamed.
        quarrel: how the two changes depend on their order, "" where either order leads to the same schema.
        edited: those of mine that were edited since they were sealed.
    """

    wanted: Directory
    moved: tuple[tuple[str, str], ...]
    quarrel: str
    edited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """Whose files are whose, by name.

    Args:
        mine: those that are not merged yet.
        theirs: those of the other side that are new to mine.
        ref: the commit of the other side; None where the files were named by hand.
    """

    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    ref: str | None


def sides(directory: Directory, versions: list[str], onto: str | None) -> Sides:
    """Tells mine from theirs: by the versions given, else by git.

    Raises:
        UsageError: neither is possible, or none is mine.
    """
    if versions:
        mine = named(directory, versions)
        return Sides(
            mine, tuple(each.name for each in directory.files if each.name > mine[0] and each.name not in mine), None
        )
    ref = onto or git.upstream(directory.path)
    merged = git.names_at(directory.path, ref)
    mine = tuple(each.name for each in directory.files if each.name not in merged)
    if not mine:
        raise UsageError(
            f"Every migration is in {ref} already",
            where=directory.path,
            do="Name those that are to be last: telamon migrate rebase VERSION ...",
        )
    if missing := sorted(name for name in merged if name.endswith(".sql") and name not in _names(directory)):
        raise UsageError(
            f"Migrations of {ref} are not here",
            where="\n".join(missing),
            do=f"Merge it first: git merge {ref}. A conflict in {SUM_FILE} is what this command solves.",
        )
    parted = git.merge_base(directory.path, "MERGE_HEAD" if ref == "HEAD" else "HEAD", ref)
    known = git.names_at(directory.path, parted) if parted else set()
    theirs = tuple(each.name for each in directory.files if each.name in merged and each.name not in known)
    if not theirs:  # merged already: what stands after the first of mine
        theirs = tuple(each.name for each in directory.files if each.name in merged and each.name > mine[0])
    return Sides(mine, theirs, ref)


def rebase(engine: Engine, directory: Directory, found: Sides) -> Rebased:
    """Gives the files of one side new versions after all others, and replays the directory.

    Both orders are tried: theirs first, as it will be, and mine first, as it was tried when mine was written.

    Raises:
        CheckError: a file of theirs is not as it was sealed, or mine do not run after theirs.
        UsageError: a checkpoint would move.
    """
    mine = tuple(each for each in directory.files if each.name in found.mine)
    for each in mine:
        if each.checkpoint:
            raise UsageError(
                "A checkpoint cannot be moved: it would lack what theirs do",
                where=each.path,
                do="Remove it with `telamon migrate rm`, and make it anew afterwards.",
            )
    theirs = directory.changed({}, found.mine)
    edited = check_sealed(directory, theirs, found)
    last = theirs.files[-1].name if theirs.files else ""
    wanted = theirs
    moved: list[tuple[str, str]] = []
    for each in mine:
        name = each.name
        if moved or name <= last:
            name = file_name(wanted.new_version(), each.description)
            moved.append((each.name, name))
        wanted = wanted.changed({name: each.content})
    try:
        state = reached(engine, wanted)
    except CheckError as error:
        raise CheckError(
            "After theirs, the migrations do not replay; nothing was changed",
            where=error.where,
            why=f"{error.what}\n{error.why}".strip(),
            do="Bring them to what theirs left behind: telamon migrate edit VERSION, then run this again.",
        ) from error
    quarrel = other_order(engine, theirs, mine, found.theirs, state) if found.theirs else ""
    return Rebased(wanted, tuple(moved), quarrel, edited)


def check_sealed(directory: Directory, theirs: Directory, found: Sides) -> tuple[str, ...]:
    """The files of mine that are not as they were sealed. They may be repaired, theirs may not.

    Raises:
        CheckError: files of theirs are not as they were sealed, or it cannot be told.
    """
    if directory.sum_content == directory.computed.render():
        return ()
    try:
        changed = unsealed(directory)
    except ValueError:
        if found.ref is None:
            directory.verify()
        changed = ()  # a merge spoiled the list: what is known of theirs is in their own
    if found.ref is not None:
        sealed = git.content_at(directory.path, found.ref, SUM_FILE)
        Directory(theirs.path, theirs.files, sealed, theirs.computed).verify()
        return tuple(each.file for each in changed if each.file in found.mine and each.reason == "edited")
    for each in changed:
        # Entries are chained: after a file that was edited nobody can tell of those that follow in the same list.
        if each.file not in found.mine or each.line != each.total + 1 or each.reason != "edited":
            raise CheckError(
                f"checksum mismatch: {each.file} was {each.reason}",
                where=f"{directory.path}/{each.file}",
                why="It is not as it was sealed, and would be sealed as it is now.",
                do="Restore it from version control. If it should be as it is, seal it first: "
                f"`telamon migrate hash --dir {directory.path}`.",
            )
    return tuple(each.file for each in changed)


def other_order(
    engine: Engine, theirs: Directory, mine: tuple[MigrationFile, ...], new: tuple[str, ...], state: Catalog
) -> str:
    """How the schema differs when mine are run before what is new of theirs; "" if it does not."""
    base = theirs.changed({}, new)
    later = [each for each in theirs.files if each.name in new]
    try:
        with replay(base, engine.dev) as database:
            run_files([*mine, *later], database, engine.dev)
            return difference(state, engine.read(database))
    except TelamonError as error:
        why = (error.why or error.what).splitlines()[0]
        return f"with mine first this fails: {error.where}\n{why}"


def _names(directory: Directory) -> set[str]:
    return {each.name for each in directory.files}
