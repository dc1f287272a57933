"""A GitHub workflow that tests migrations."""

from __future__ import annotations

import json

from telamon.scaffold import Piece, Settings, fill

PATH = ".github/workflows/migration-tests.yml"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The workflow; the comparison with the models only where the configuration names them."""
    flags = f" {settings.flags}" if settings.flags else ""
    drift = fill("github", "drift.yml", flags=flags) if settings.has_source else ""
    text = fill(
        "github",
        "migration-tests.yml",
        branch=json.dumps(settings.branch, ensure_ascii=False),
        folder=json.dumps(settings.folder, ensure_ascii=False),
        install=settings.install,
        flags=flags,
        drift=drift,
    )
    return (Piece(PATH, text, hint="" if drift else "No src is configured, so the workflow does not look for drift."),)
