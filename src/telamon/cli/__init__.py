"""The command line: one module per command, each imported only when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from telamon.errors import TelamonError
from telamon.version import __version__


class LazyGroup(click.Group):
    """A group whose commands live in modules named after them: `migrate diff` is `cli/migrate_diff.py:command`.

    Args:
        lazy: command name -> its one-line help, so that `--help` imports nothing.
    """

    def __init__(self, *args: Any, lazy: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *self.lazy]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.lazy:
            return super().get_command(ctx, name)
        stem = name if self.name == "telamon" else f"{self.name}_{name}"
        command: click.Command = importlib.import_module(f"telamon.cli.{stem}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows + list(self.lazy.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TelamonError as error:
            from telamon.cli.console import show_error

            show_error(error)
            ctx.exit(error.exit_code)


@click.group("telamon", cls=LazyGroup, lazy={})
@click.version_option(__version__, prog_name="telamon")
def main() -> None:
    """Schema migrations for PostgreSQL: proved, sealed, patient."""


@main.group(
    "migrate",
    cls=LazyGroup,
    lazy={
        "diff": "Write the migration that leads from the directory to the desired schema.",
        "new": "Add an empty migration file.",
        "hash": "Write atlas.sum anew.",
        "validate": "Check the directory: its sum file, its order, and that it replays.",
        "lint": "Judge new migrations: locks, rewrites, data loss, compatibility.",
        "apply": "Run pending migrations on a target.",
        "status": "Tell what is applied to a target and what is pending.",
        "ls": "List the migrations.",
        "edit": "Edit a migration and seal it.",
        "rm": "Remove migrations.",
        "squash": "Make one migration of several.",
        "rebase": "Put migrations that are not merged yet after those that are.",
        "checkpoint": "Write the whole schema as a file from which new databases start.",
        "import": "Convert the migrations of another tool.",
        "set": "Record on a target that it is at a version, and run nothing.",
    },
)
def migrate() -> None:
    """Work with the migration directory."""


@main.group(
    "schema",
    cls=LazyGroup,
    lazy={
        "inspect": "Print a schema as SQL or JSON.",
        "diff": "Print the SQL that leads from one schema to another.",
        "apply": "Bring a target to the desired schema.",
        "validate": "Check that a schema loads.",
        "clean": "Drop everything in a target.",
    },
)
def schema() -> None:
    """Work with schemas directly, without a directory."""


@main.group(
    "dev",
    cls=LazyGroup,
    lazy={
        "status": "Tell which server is used for the dev database.",
        "stop": "Stop the embedded server and, with --purge, delete its data.",
        "url": "Start the embedded server and print a URL of an empty database on it.",
        "install": "Tell how the dev server comes by an extension.",
    },
)
def dev() -> None:
    """The embedded server on which SQL is tried."""
