"""What `telamon init` writes around a project's migrations. Each scaffold is a folder: its template, and what fills it.

A new scaffold is a package here with a function `pieces(settings)` and its templates beside it, and one line in
`SCAFFOLDS`; an option of `telamon init` names it.
"""

from __future__ import annotations

import importlib
import string
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, Protocol, cast

from telamon.errors import TelamonError, UsageError
from telamon.whole import replacing

SCAFFOLDS = {
    "github": "A workflow that tests migrations on pull requests.",
    "gitlab": "A job that tests migrations on merge requests.",
    "pre-commit": "Hooks that check migrations before a commit.",
    "start": "A configuration, a Makefile, an example.",
    "roles": "The roles of a server: an owner, one that migrates, one of the application, one that reads.",
    "fly": "A release command of Fly.io.",
    "docker": "An image that migrates.",
    "compose": "A server, a pooler and a migration on the developer's machine.",
    "kubernetes": "A job that migrates, and pods that wait for it.",
    "systemd": "A unit that migrates before the service starts.",
}

Outcome = Literal["written", "replaced", "unchanged", "kept"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What scaffolds are filled with.

    Args:
        root: the root of the repository.
        folder: where commands run, relative to the root; `.` for the root itself.
        directory: the migration directory, relative to that folder.
        branch: the branch into which others are merged.
        has_source: whether the configuration names a desired schema, to which the directory is compared.
        flags: for every command, as they stand in a shell: `--env ci`.
        install: the shell commands that install Telamon and what the models import.
        configuration: the configuration, relative to that folder; "" where there is none.
        variable: the environment variable in which the configuration finds the target's URL.
    """

    root: Path
    folder: str = "."
    directory: str = "migrations"
    branch: str = "main"
    has_source: bool = False
    flags: str = ""
    install: str = "python -m pip install telamon"
    configuration: str = ""
    variable: str = "DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to write.

    Args:
        path: relative to the root of the repository.
        text: its content.
        hint: what is left to do by hand, once it is written.
        merge: what to do where such a file exists already and says something else.
    """

    path: str
    text: str
    hint: str = ""
    merge: str = ""


class _Template(string.Template):
    """`%{name}`: CI files and shell scripts are full of `$`."""

    delimiter = "%"


def pieces(names: Sequence[str], settings: Settings) -> tuple[Piece, ...]:
    """The files of scaffolds."""
    return tuple(piece for name in dict.fromkeys(names) for piece in _module(name).pieces(settings))


def fill(scaffold: str, template: str, **values: str) -> str:
    """A template with its placeholders replaced. One that is alone on its line keeps that line's indentation.

    Args:
        scaffold: the name of the scaffold, in whose folder the template lies.
    """
    text = (resources.files(_module(scaffold).__name__) / template).read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        filled = _Template(line).substitute(values)
        if line.strip().startswith("%{") and line.strip().endswith("}"):
            if not filled.strip():
                continue  # a part that is left out leaves no empty line
            indent = line[: len(line) - len(line.lstrip())]
            filled = "\n".join(f"{indent}{part}".rstrip() for part in filled.strip().splitlines())
        lines.append(filled)
    return "\n".join(lines) + "\n"


def write(
    wanted: Sequence[Piece], root: Path, *, force: bool = False, keep: bool = False
) -> list[tuple[Piece, Outcome]]:
    """Writes files; all are looked at before the first is written.

    Args:
        force: replace files that say something else.
        keep: leave such files as they are, and write the others.

    Raises:
        UsageError: a file exists and says something else; nothing was written.
        TelamonError: a file cannot be written.
    """
    outcomes: list[tuple[Piece, Outcome]] = [(piece, _outcome(root / piece.path, piece.text)) for piece in wanted]
    if keep and not force:
        outcomes = [(piece, "kept" if outcome == "replaced" else outcome) for piece, outcome in outcomes]
    others = [piece for piece, outcome in outcomes if outcome == "replaced"]
    if others and not force:
        merges = [piece.merge for piece in others if piece.merge]
        raise UsageError(
            "What would be written is there already, and says something else; nothing was written",
            where="\n".join(str(root / piece.path) for piece in others),
            do="\n".join(["Give --force to replace it.", *merges]),
        )
    for piece, outcome in outcomes:
        if outcome in ("written", "replaced"):
            _replace(root / piece.path, piece.text)
    return outcomes


def _module(name: str) -> _Scaffold:
    return cast("_Scaffold", importlib.import_module(f"telamon.scaffold.{name.replace('-', '_')}"))


class _Scaffold(Protocol):
    """What the module of a scaffold offers."""

    __name__: str

    @staticmethod
    def pieces(settings: Settings) -> tuple[Piece, ...]:
        """The files to write."""


def _outcome(path: Path, text: str) -> Outcome:
    try:
        return "unchanged" if path.read_bytes() == text.encode() else "replaced"
    except FileNotFoundError:
        return "written"
    except OSError as error:
        raise TelamonError("A file cannot be read", where=str(path), why=error.strerror or str(error)) from error


def _replace(path: Path, text: str) -> None:
    try:
        with replacing(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise TelamonError("A file cannot be written", where=str(path), why=error.strerror or str(error)) from error
