"""Docker Compose: PostgreSQL, PgBouncer, a database for `--dev-url`, and a service that migrates."""

from __future__ import annotations

import json
import shlex

from telamon.scaffold import Piece, Settings, fill
from telamon.scaffold import pieces as pieces_of

PATH = "compose.yaml"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The Compose file, and the image that it builds."""
    command = ["migrate", "apply", "--wait-for-database", "30s", *shlex.split(settings.flags)]
    # Compose puts variables in the place of $NAME.
    text = fill("compose", PATH, command=json.dumps(command).replace("$", "$$"), variable=settings.variable)
    hint = "Then: POSTGRES_PASSWORD=... docker compose up --build"
    merge = f"Or write it beside, and name both: docker compose -f {PATH} -f other.yaml"
    return (Piece(PATH, text, hint=hint, merge=merge), *pieces_of(["docker"], settings))
