"""What the commands that work on a target share: which target, which directory, from flags or configuration."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from telamon.cli.compat import dir_format_option
from telamon.cli.options import format_option, load_env, project_options
from telamon.errors import UsageError

if TYPE_CHECKING:
    from telamon.project import Env

Command = TypeVar("Command", bound=Callable[..., Any])
Chosen = TypeVar("Chosen")


class Duration(click.ParamType[float]):
    """Seconds, plain or with a unit as Atlas writes them: 10, 10s, 500ms, 2m, 1h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
        text = str(value).strip()
        number = text.rstrip("smh")
        unit = units.get(text[len(number) :])
        try:
            seconds = float(number) * (unit or 1.0)
        except ValueError:
            seconds = -1.0
        if unit is None or not 0 <= seconds < 1e9:
            self.fail(f"{value!r} is not a duration such as 10, 500ms, 10s or 2m", param, ctx)
        return seconds


def target_options(command: Command) -> Command:
    """Adds the options that say which target, which directory and how to print."""
    for option in (
        format_option,
        dir_format_option,
        project_options,
        click.option("--dir", "directory", default=None, help="The migration directory.  [default: migrations]"),
        click.option("--url", "-u", default=None, help="The target: postgres://user@host:5432/database."),
        click.option("--revisions-schema", default=None, help="The schema of the revision table."),
        click.option("--role", default=None, help="Act as this role (SET ROLE)."),
        click.option("--wait-for-database", "wait", type=Duration(), default=0.0,
                     help="How long to wait for a target that is not up yet, such as 30s.  [default: 0]"),
    ):  # fmt: skip
        command = option(command)
    return command


context_option = click.option(
    "--context", "contexts", multiple=True, help="Take the migrations of this context, too; repeatable."
)


def target_env(url: str | None, directory: str | None, config: str | None, env: str | None) -> Env:
    """The environment to work in; one without settings where the flags say all, as in Atlas."""
    from telamon.project import Env

    if url and directory and not config and not env:
        return Env("local", os.getcwd())
    return load_env(env, config)


def require_url(url: str | None, env: Env) -> str:
    """The URL of the target.

    Raises:
        UsageError: neither the flag nor the configuration gives one.
    """
    from telamon.states import resolved_one

    if env.targets and not url:
        raise UsageError(
            f"the environment {env.name} has many targets: which one?",
            do="Give --url; of a tenant with &search_path=its_schema. Only apply and status work on all of them.",
        )
    found = resolved_one(url, env) or env.url
    if not found:
        raise UsageError(
            "Which database?",
            why=env.hint,
            do="Give --url postgres://user@host:5432/database, or set url in the configuration.",
        )
    return found


def first(*values: Chosen | None, default: Chosen) -> Chosen:
    """The first value that is given."""
    return next((value for value in values if value is not None), default)
