"""A GitLab job that tests migrations."""

from __future__ import annotations

import shlex

from telamon.scaffold import Piece, Settings, fill

PATH = ".gitlab/migration-tests.yml"
INCLUDE = f"include:\n  - local: {PATH}"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The job, in a file of its own that `.gitlab-ci.yml` includes."""
    flags = f" {settings.flags}" if settings.flags else ""
    text = fill(
        "gitlab",
        "migration-tests.yml",
        folder=shlex.quote(settings.folder),
        install=settings.install,
        flags=flags,
        drift=f"telamon migrate diff --check{flags} || status=$?" if settings.has_source else "",
    )
    return (Piece(PATH, text, hint=f"Put this into .gitlab-ci.yml, if it is not there:\n{INCLUDE}"),)
