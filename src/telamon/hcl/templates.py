"""Go templates, as far as migration files and `--format` use them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from telamon.errors import UsageError
from telamon.hcl.functions import as_text


def render(text: str, variables: Mapping[str, Any], where: str) -> str:
    """A text with each `{{ .name }}` replaced.

    Args:
        where: the file, for messages.

    Raises:
        UsageError: another action, or a name that has no value; says on which line.
    """
    result, rest = "", text
    while True:
        head, opening, rest = rest.partition("{{")
        result += head
        if not opening:
            return result
        inside, closing, rest = rest.partition("}}")
        line = text.count("\n", 0, len(text) - len(rest)) + 1
        action = inside.strip("-").strip()
        name = action.removeprefix(".")
        if not closing or not action.startswith(".") or not name.replace("_", "a").isalnum():
            raise UsageError(
                f"The template action {{{{{inside}}}}} is not understood",
                where=f"{where}:{line}",
                do="Only {{ .name }} is, of the names in vars.",
            )
        if name not in variables:
            raise UsageError(f"{name} has no value", where=f"{where}:{line}", do="Add it to vars of the template_dir.")
        result = result.rstrip() if inside.startswith("-") else result
        result += as_text(variables[name])
        rest = rest.lstrip() if inside.endswith("-") else rest


def render_directory(folder: Path, variables: Mapping[str, Any]) -> Path:
    """Renders the `*.sql` files at the top of a folder, seals them, and returns where they lie.

    Raises:
        UsageError: the folder cannot be read, or a template is not understood.
    """
    from telamon.dev.places import cache_directory
    from telamon.directory import Directory

    try:
        files = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql"))}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{folder} cannot be read", why=str(error), do="Check the path and the encoding.") from error
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}", do="Check path of the template_dir.")
    rendered = {name: render(text, variables, str(folder / name)) for name, text in files.items()}
    key = hashlib.sha256(repr(sorted(rendered.items())).encode()).hexdigest()[:20]
    place = cache_directory() / "templates" / key
    if not (place / "atlas.sum").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name, text in rendered.items():
            (place / name).write_text(text, encoding="utf-8")
        Directory.read(place).seal()
    return place
