"""Fly.io: migrations run as the release command, on a machine of their own, before the new version starts."""

from __future__ import annotations

import re

from telamon.scaffold import Piece, Settings, fill

PATH = "fly.toml"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The `[deploy]` of fly.toml."""
    flags = f" {settings.flags}" if settings.flags else ""
    command = f"telamon migrate apply --wait-for-database 30s --lock-timeout 2m{flags}"
    quoted = '"' + command.replace("\\", "\\\\").replace('"', '\\"') + '"'
    app = re.sub(r"[^a-z0-9]+", "-", settings.root.name.lower()).strip("-") or "app"
    text = fill("fly", "fly.toml", command=quoted, app=app, variable=settings.variable)
    merge = f"Or put this into {PATH}:\n[deploy]\n  release_command = {quoted}\n  release_command_timeout = '10m'"
    hint = (
        f"The image of the application must hold Telamon and the migrations. Then:\n"
        f"fly secrets set {settings.variable}=postgres://migration_user@...  (the server, not a transaction pooler)"
    )
    return (Piece(PATH, text, hint=hint, merge=merge),)
