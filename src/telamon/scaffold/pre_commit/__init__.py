"""Hooks of pre-commit that check migrations."""

from __future__ import annotations

import posixpath
import re
import shlex

from telamon.scaffold import Piece, Settings, fill

PATH = ".pre-commit-config.yaml"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The configuration. Its hooks run the installed command, so that both are of one version."""
    directory = posixpath.normpath(posixpath.join(settings.folder, settings.directory))
    text = fill(
        "pre-commit", "hooks.yaml", dir=_quoted(shlex.quote(directory)), files=_quoted(f"^{re.escape(directory)}/")
    )
    entry = text[text.index("  - repo:") :].rstrip()
    return (
        Piece(
            PATH,
            text,
            hint="Switch it on in your clone: pre-commit install",
            merge=f"Or put this under `repos:` yourself:\n{entry}",
        ),
    )


def _quoted(text: str) -> str:
    """What stands between single quotes in YAML."""
    return text.replace("'", "''")
