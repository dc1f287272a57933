"""What plain `telamon init` writes: a configuration, a Makefile, an example."""

from __future__ import annotations

from telamon.scaffold import Piece, Settings, fill

MAKEFILE = "Makefile"
INCLUDED = "telamon.mk"
EXAMPLES = {"schema.sql": "schema.sql", "seeds/local/users.csv": "users.csv"}


def pieces(settings: Settings) -> tuple[Piece, ...]:
    """The Makefile, and where there is no configuration yet, one with its example schema and seeds.

    Where a Makefile of the project's own is there, ours goes beside it, to be included.
    """
    flags = f" {settings.flags}" if settings.flags else ""
    text = fill("start", "make.mk", flags=flags)
    folder = "" if settings.folder == "." else f"{settings.folder}/"
    theirs = settings.root / folder / MAKEFILE
    if theirs.exists() and theirs.read_bytes() != text.encode():
        hint = f"Put this into {folder}{MAKEFILE}, if it is not there:\ninclude {INCLUDED}"
        made = Piece(f"{folder}{INCLUDED}", text, hint=hint)
    else:
        made = Piece(f"{folder}{MAKEFILE}", text, hint="Next: make db-generate NAME=first")
    if settings.configuration:
        return (made,)
    configuration = Piece(f"{folder}telamon.toml", fill("start", "telamon.toml", directory=settings.directory))
    examples = (Piece(f"{folder}{path}", fill("start", template)) for path, template in EXAMPLES.items())
    return (configuration, *examples, made)
