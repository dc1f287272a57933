"""What the commands about seeds share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from telamon.cli.compat import format_option_of, variables_option
from telamon.cli.options import load_env
from telamon.cli.target_options import Duration, first, require_url

if TYPE_CHECKING:
    from telamon.seeding.apply import Options

Command = TypeVar("Command", bound=Callable[..., Any])


def seed_options(command: Command) -> Command:
    """Adds the options that say which target and which seeds."""
    for option in (
        format_option_of("text", "json"),
        variables_option,
        click.option("--env", default=None, help="The environment in the configuration; its folder is loaded, too."),
        click.option("--config", "-c", default=None, help="The configuration file."),
        click.option("--seeds", default=None, help="The folder of seeds.  [default: seeds]"),
        click.option("--url", "-u", default=None, help="The target: postgres://user@host:5432/database."),
        click.option("--revisions-schema", default=None, help="The schema of the revision table."),
        click.option("--role", default=None, help="Act as this role (SET ROLE)."),
        click.option("--wait-for-database", "wait", type=Duration(), default=0.0,
                     help="How long to wait for a target that is not up yet.  [default: 0]"),
    ):  # fmt: skip
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Place:
    """Where seeds come from and go to."""

    url: str
    folder: Path
    options: Options


def place_of(given: dict[str, Any], *, force: bool = False) -> Place:
    """The target, the folder and the environment, from flags and configuration."""
    from telamon.cli.options import with_declared
    from telamon.scope import Scope
    from telamon.seeding.apply import Options

    env = load_env(given["env"], given["config"])
    options = Options(
        env=env.name,
        force=force,
        role=first(given["role"], env.role, default=None),
        revisions_schema=first(given["revisions_schema"], env.revisions_schema, default=None),
        wait=given["wait"],
        protected=env.destructive == "refuse",
        declared=frozenset(table.name for table in with_declared(Scope(), env).rows),
    )
    folder = Path(given["seeds"]) if given["seeds"] else env.base / "seeds"
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    return Place(require_url(given["url"], env), shown, options)
