"""What git knows about a migration directory: which files a branch has."""

from __future__ import annotations

import os
import subprocess

from telamon.errors import TelamonError, UsageError

_DEFAULTS = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def names_at(path: str, ref: str) -> set[str]:
    """The names in the directory at a commit; empty where it was not there yet.

    Raises:
        UsageError: there is no such commit.
    """
    commit = _git(path, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if commit is None:
        raise UsageError(
            f"git knows no {ref}", where=path, do="Name a branch or a commit that is there, such as origin/main."
        )
    listed = _git(path, "ls-tree", "-z", "--name-only", commit.strip(), "./")
    return {name for name in (listed or "").split("\0") if name}


def content_at(path: str, ref: str, name: str) -> bytes | None:
    """A file of the directory at a commit, None if it is not there."""
    shown = _git(path, "show", f"{ref}:./{name}")
    return None if shown is None else shown.encode(errors="surrogateescape")


def is_commit(path: str, ref: str) -> bool:
    """Whether git knows a commit by that name here."""
    return _git(path, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") is not None


def changed_since(path: str, ref: str) -> list[str]:
    """The names of files of the directory that are not as they are at a commit, in the working tree as it is.

    What came to the commit's branch since this one left it was not removed here. A shallow clone does not know when
    that was: then what is missing here is not told.
    """
    parted = merge_base(path, ref, "HEAD")
    kinds = "--diff-filter=DMR" if parted else "--diff-filter=M"
    listed = _git(path, "diff", "--name-only", "-z", "--relative", kinds, parted or ref, "--", ".")
    return [name for name in (listed or "").split("\0") if name]


def branch_of_shallow_clone(path: str) -> str:
    """The branch that is checked out, where that is all there is: "" in a whole clone."""
    if (_git(path, "rev-parse", "--is-shallow-repository") or "").strip() != "true":
        return ""
    return (_git(path, "symbolic-ref", "--quiet", "--short", "HEAD") or "").strip()


def merge_base(path: str, one: str, other: str) -> str | None:
    """The commit from which two commits parted."""
    found = _git(path, "merge-base", one, other)
    return found.strip() if found else None


def upstream(path: str) -> str:
    """The commit whose migrations come first: that of the merge or rebase under way, else the default branch.

    Raises:
        UsageError: it cannot be told; says how to name it.
    """
    folder = _git(path, "rev-parse", "--absolute-git-dir")
    if folder is None:
        raise UsageError(
            "Which migrations are not merged yet cannot be found out: this is no git repository",
            where=path,
            do="Name them: telamon migrate rebase VERSION ...",
        )
    folder = folder.strip()
    for state in ("rebase-merge", "rebase-apply"):
        if (onto := _read(f"{folder}/{state}/onto")) is not None:
            return onto
    default = default_branch(path)
    branch = (_git(path, "symbolic-ref", "--quiet", "--short", "HEAD") or "").strip()
    if (merged := _read(f"{folder}/MERGE_HEAD")) is not None:
        # On the default branch somebody merges a branch into it: then what is there comes first.
        return "HEAD" if default and branch == default.removeprefix("origin/") else merged.splitlines()[0]
    if default is None:
        raise UsageError(
            "Which migrations are not merged yet cannot be found out: git knows no main branch",
            where=path,
            do="Give --onto BRANCH, or name the migrations: telamon migrate rebase VERSION ...",
        )
    return default


def default_branch(path: str) -> str | None:
    """The default branch by the name under which git knows it here."""
    for ref in _DEFAULTS:
        if _git(path, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") is not None:
            if ref == "origin/HEAD":
                return (_git(path, "rev-parse", "--abbrev-ref", ref) or ref).strip()
            return ref
    return None


def _read(path: str) -> str | None:
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


def _git(path: str, *arguments: str) -> str | None:
    """What git prints, None where it fails."""
    try:
        done = subprocess.run(["git", "-C", path, *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise TelamonError(
            "git is not on this machine", do="Install it, or name the migrations by their versions."
        ) from None
    return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None
