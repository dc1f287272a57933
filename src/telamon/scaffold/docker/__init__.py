"""An image that migrates: for release commands, jobs and Compose."""

from __future__ import annotations

import json
import shlex
from posixpath import join, normpath

from telamon.scaffold import Piece, Settings, fill

PATH = "deploy/migrate/Dockerfile"
ENTRYPOINT = "deploy/migrate/entrypoint.sh"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The Dockerfile, and an entrypoint for local and test databases."""
    folder = normpath(join("/app", settings.folder))
    copied = [settings.configuration or "telamon.toml", settings.directory]
    copies = [[normpath(join(settings.folder, name)), join(folder, name)] for name in copied]
    command = ["migrate", "apply", "--wait-for-database", "30s", *shlex.split(settings.flags)]
    dockerfile = fill(
        "docker",
        "Dockerfile",
        install=" \\\n && ".join(line for line in settings.install.splitlines() if line.strip()),
        folder=folder,
        copies="\n".join(f"COPY {json.dumps(copy)}" for copy in copies),
        command=json.dumps(command),
        variable=settings.variable,
    )
    flags = f" {settings.flags}" if settings.flags else ""
    return (
        Piece(PATH, dockerfile, hint=f"Build it with: docker build -f {PATH} -t migrate ."),
        Piece(ENTRYPOINT, fill("docker", "entrypoint.sh", flags=flags)),
    )
