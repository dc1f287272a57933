"""Which migrations are judged, and on top of which state."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from telamon.directory import Directory, MigrationFile
from telamon.errors import TelamonError, UsageError
from telamon.history import git
from telamon.history.choice import named, since

TARGET_BRANCHES = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CI_DEFAULT_BRANCH",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH",
)
"""Where CI says which branch a change is for. CircleCI does not: there git's own default branch is taken."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is judged.

    Args:
        base: the directory without the new files and what follows them.
        files: those that are run on top of it, in order, each with whether it is judged.
        ref: the commit against which they are new; "" where they were named.
        late: new files that sort before the newest one of the base, each with that one's name.
        changed: files that are merged and are not as they were.
    """

    base: Directory
    files: tuple[tuple[MigrationFile, bool], ...]
    ref: str = ""
    late: tuple[tuple[MigrationFile, str], ...] = ()
    changed: tuple[str, ...] = ()


def select(
    directory: Directory,
    *,
    files: Sequence[str] = (),
    latest: int | None = None,
    git_base: str | None = None,
    after: str | None = None,
) -> Selection:
    """Chooses the migrations.

    Args:
        files: paths, names or versions; a file beside the directory is judged as if it were its last one.
        latest: the last so many.
        git_base: those that this branch or commit has not.
        after: this version and those after it.

    Raises:
        UsageError: more than one way is given; there is no such file, version or commit.
    """
    given = [bool(files), latest is not None, git_base is not None, after is not None]
    if sum(given) > 1:
        raise UsageError("Which files?", do="Give one of --latest, --git-base, --since and FILES.")
    runnable = [each for each in directory.executable() if not each.checkpoint]
    if files:
        return _named(directory, files)
    if latest is not None:
        return _last(directory, tuple(each.name for each in (runnable[-latest:] if latest > 0 else [])))
    if after is not None:
        return _last(directory, since(directory, after))
    return _by_git(directory, runnable, git_base)


def base_ref(path: str) -> str:
    """The branch that a change is for: as CI says, else the default branch.

    Raises:
        UsageError: it is not here, or cannot be told.
    """
    for variable in TARGET_BRANCHES:
        if branch := os.environ.get(variable):
            return known_ref(path, branch)
    found = git.default_branch(path)
    alone = git.branch_of_shallow_clone(path)
    if found == f"origin/{alone}" and alone not in ("main", "master"):
        raise UsageError(
            "Which migrations are new cannot be found out",
            where=path,
            why=f"This is a shallow clone of the branch {alone}, and holds no other to compare it with.",
            do=f"Fetch the branch that it is for, and name it, such as main:\n{_fetch('main')}\n"
            "telamon migrate lint --git-base main",
        )
    if found is None:
        raise UsageError(
            "Which migrations are new cannot be found out",
            where=path,
            why="This is no git repository, or git knows no main branch.",
            do="Say it: --latest 1, --since VERSION, --git-base BRANCH, or name the files.",
        )
    return found


def known_ref(path: str, branch: str) -> str:
    """A branch as git knows it here: that of origin goes before a local one, which may be older.

    Raises:
        UsageError: it was not fetched; says how to.
    """
    for ref in (f"origin/{branch}", branch):
        if git.is_commit(path, ref):
            return ref
    name = branch.removeprefix("origin/")
    raise UsageError(
        f"git knows no {branch}",
        where=path,
        why="A shallow clone holds only the commit that is built.",
        do=f"Fetch it: {_fetch(name)}",
    )


def _fetch(branch: str) -> str:
    return f"git fetch --no-tags --depth=1 origin +refs/heads/{branch}:refs/remotes/origin/{branch}"


def _by_git(directory: Directory, runnable: Sequence[MigrationFile], git_base: str | None) -> Selection:
    path = directory.path
    ref = known_ref(path, git_base) if git_base else base_ref(path)
    merged = git.names_at(path, ref)
    new = [each for each in runnable if each.name not in merged]
    newest = max((name for name in merged if name.endswith(".sql")), default="")
    late = tuple((each, newest) for each in new if each.name < newest)
    changed = tuple(name for name in git.changed_since(path, ref) if name in merged and name.endswith(".sql"))
    names = {each.name for each in new}
    base = directory.changed({}, names)
    return Selection(base, tuple((each, True) for each in new), ref, late, changed)


def _last(directory: Directory, names: Sequence[str]) -> Selection:
    """The named files and what lies between them, on top of what is before them."""
    if not names:
        return Selection(directory, ())
    first, last = min(names), max(names)
    base = directory.changed({}, [each.name for each in directory.files if each.name >= first])
    run = [each for each in directory.executable() if first <= each.name <= last and not each.checkpoint]
    return Selection(base, tuple((each, each.name in names) for each in run))


def _named(directory: Directory, files: Sequence[str]) -> Selection:
    inside, beside = [], []
    for each in files:
        name = os.path.basename(each)
        here = os.path.dirname(os.path.realpath(each)) == os.path.realpath(directory.path)
        if os.path.isfile(each) and not here:
            beside.append(_read(each))
        else:
            inside.append(name)
    chosen = _last(directory, named(directory, inside))
    if beside and inside:
        raise UsageError("Files of the directory and others cannot be judged at once", where="\n".join(files))
    return Selection(chosen.base, tuple((each, True) for each in beside)) if beside else chosen


def _read(path: str) -> MigrationFile:
    try:
        with open(path, "rb") as file:
            return MigrationFile(os.path.basename(path), path, file.read())
    except OSError as error:
        raise TelamonError("The file cannot be read", where=path, why=error.strerror or str(error)) from None
