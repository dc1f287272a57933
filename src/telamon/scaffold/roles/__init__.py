"""The roles of a server, so that the application cannot change its own schema."""

from __future__ import annotations

from telamon.scaffold import Piece, Settings, fill

PATH = "roles.sql"


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The script, for psql."""
    hint = f"Then, as an administrator: psql -d ... -f {PATH}; and see with telamon doctor what the roles hold."
    return (Piece(PATH, fill("roles", "roles.sql"), hint=hint),)
