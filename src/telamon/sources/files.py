"""SQL files, folders of them, and migration directories."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl

from telamon.errors import TelamonError, UsageError
from telamon.sources.types import DirectorySource, SqlSource, SqlText


def open_path(rest: str, base: Path) -> SqlSource | DirectorySource:
    """Returns the source at a path: a file, a folder of SQL files, or a migration directory.

    A folder is a migration directory when it holds `atlas.sum`, when it is named `migrations`, or when a version is
    asked for (the rule of Atlas's state URLs); where it is sealed, its sum must be right. Of any other folder every
    `*.sql` below it is read, in the order of their paths.

    Args:
        rest: the path, with `?version=V` where only a part of a migration directory is meant.
        base: what a relative path is relative to.

    Raises:
        UsageError: nothing is there, or a query that is not understood.
        CheckError: it is a sealed migration directory that is not as its sum file says.
    """
    name, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    version = options.pop("version", None)
    if options:
        raise UsageError(
            f"?{next(iter(options))}= is not understood", where=f"file://{rest}", do="Only ?version= is known here."
        )
    path = base / Path(name).expanduser()
    if path.is_dir():
        sealed = (path / "atlas.sum").exists()
        if sealed:
            from telamon.directory import Directory

            Directory.read(path).check()
        if version is not None or path.name == "migrations" or sealed:
            return DirectorySource(path, version or None)
        return _open_folder(path)
    if version is not None:
        raise UsageError("Only a migration directory has versions", where=f"file://{rest}")
    if not path.exists():
        raise UsageError(
            f"There is no file or folder {_shown(path)}", do=f"Check the path: it was looked for from {base}."
        )
    return SqlSource((read_text(path),), ordered=True, label=_shown(path))


def _open_folder(path: Path) -> SqlSource:
    files = sorted(file for file in path.rglob("*.sql") if file.is_file())
    if not files:
        raise UsageError(f"There is no .sql file in {_shown(path)}", do="An empty schema is one empty .sql file.")
    return SqlSource(tuple(read_text(file) for file in files), ordered=False, label=_shown(path))


def read_text(path: Path) -> SqlText:
    """Returns a SQL file as psql would read it: a pg_dump file is one.

    Raises:
        TelamonError: the file cannot be read, is not UTF-8, or holds NUL bytes.
    """
    shown = _shown(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TelamonError(f"{shown} cannot be read", why=error.strerror or str(error)) from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TelamonError(f"{shown} is written in UTF-16", do="Save it as UTF-8.")
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise TelamonError(
            f"{shown} holds a NUL byte",
            where=f"{shown}:{line}",
            do="Is it a custom-format dump? Write it with pg_dump -Fp.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TelamonError(f"{shown} is not UTF-8", where=f"{shown}:{line}", do="Save it as UTF-8.") from error
    return SqlText(text, shown)


def _shown(path: Path) -> str:
    """The path as a person would type it: relative where it lies below the working directory."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
