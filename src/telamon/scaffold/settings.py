"""Finding out what scaffolds are filled with: the repository, the configuration, the branch."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from telamon.project import Env
from telamon.scaffold import Settings


def settings_of(
    project: Env, *, directory: str | None = None, env: str | None = None, config: str | None = None, install: str = ""
) -> Settings:
    """The settings for the working directory.

    Args:
        directory: as `--dir` gives it; then every command is given it, too.
        env, config: as the flags give them; likewise.
        install: the shell commands that install Telamon.
    """
    from telamon.history.git import default_branch

    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    given = (("--env", env), ("--config", config), ("--dir", directory))
    flags = " ".join(f"{flag} {shlex.quote(value)}" for flag, value in given if value)
    branch = default_branch(str(here)) if root != here or (here / ".git").exists() else None
    return Settings(
        configuration=os.path.relpath(project.file) if project.file else "",
        variable=_variable(str(project.values.get("url", ""))),
        root=root,
        folder=here.relative_to(root).as_posix(),
        directory=os.path.relpath((directory or project.dir or "migrations").removeprefix("file://")),
        branch=(branch or "main").removeprefix("origin/"),
        has_source=bool(project.values.get("src")),
        flags=flags,
        **({"install": install} if install else {}),
    )


def _variable(url: str) -> str:
    """The environment variable in a URL as it is configured."""
    name = url.partition("${")[2].partition("}")[0].partition(":-")[0]
    return name if name.isidentifier() else "DATABASE_URL"
