"""systemd: a unit that migrates before the service of the application starts."""

from __future__ import annotations

import posixpath

from telamon.scaffold import Piece, Settings, fill

PATH = "deploy/systemd/telamon-migrate.service"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The unit."""
    folder = posixpath.normpath(posixpath.join("/opt", settings.root.name, settings.folder))
    # systemd expands % and $ in a command, and % in paths.
    flags = f" {settings.flags}".replace("%", "%%").replace("$", "$$") if settings.flags else ""
    text = fill(
        "systemd", "telamon-migrate.service", folder=folder.replace("%", "%%"), flags=flags, variable=settings.variable
    )
    hint = (
        "Then, in the unit of the application: Requires=telamon-migrate.service and After=telamon-migrate.service;\n"
        f"{settings.variable}=postgres://... goes into /etc/telamon/migrate.env, readable by root only."
    )
    return (Piece(PATH, text, hint=hint),)
