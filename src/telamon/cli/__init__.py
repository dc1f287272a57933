"""The command line: one module per command, each imported only when it is called."""

from __future__ import annotations

import atexit
import gc
import importlib
from typing import Any

import click

from telamon.errors import TelamonError, UsageError
from telamon.version import __version__

ABSENT = {
    "login": "There is no account, and all commands work without one: take this line out.",
    "logout": "There is no account, and all commands work without one: take this line out.",
    "whoami": "There is no account, and all commands work without one: take this line out.",
    "license": "Telamon is under the Apache License 2.0.",
    "migrate push": "There is no registry: the repository holds the directory. Take this line out.",
    "migrate show": "List the files with telamon migrate ls, and read them.",
    "schema push": "There is no registry: the repository holds the schema. Take this line out.",
    "schema fmt": "It formats HCL schemas, which are not read. Take this line out.",
    "schema plan": "Plans are not kept: look at one with telamon schema apply --dry-run.",
    "schema test": "Write tests against a database of the newest version: telamon dev url.",
    "schema lint": "Check what changes a schema: telamon migrate lint.",
}
"""Commands of Atlas's that are not there, and what to do instead."""

# The last collections, when the interpreter ends, free nothing that the system would not: with a schema of 1,000 tables
# in memory they take 50 ms.
atexit.register(gc.freeze)

INTERRUPTED = 130  # 128 and the number of SIGINT, as shells count
UNTOUCHED = "no target was touched, and the migration directory is as before or complete"


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
            return super().get_command(ctx, name) or self._refusing(name)
        stem = name if self.name == "telamon" else f"{self.name}_{name}"
        command: click.Command = importlib.import_module(f"telamon.cli.{stem}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchOption:
            raise
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx) from error

    def _refusing(self, name: str) -> click.Command | None:
        """A hidden command in the place of one of Atlas's that is not there: it says what to do instead."""
        key = name if self.name == "telamon" else f"{self.name} {name}"
        if key not in ABSENT:
            return None

        def refuse() -> None:
            raise UsageError(f"There is no {key}", do=ABSENT[key])

        options = {"ignore_unknown_options": True, "allow_extra_args": True}
        return click.Command(name, callback=refuse, hidden=True, context_settings=options)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, each.get_short_help_str()) for name, each in self.commands.items() if not each.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows + list(self.lazy.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            raise
        except (KeyboardInterrupt, Exception) as error:
            # An interrupt may come out as what clearing up stumbled over, or as the Abort of a question.
            if interrupt := _interrupt_behind(error):
                self._interrupted(ctx, interrupt)
            if not isinstance(error, TelamonError):
                raise
            from telamon.cli.console import show_error

            show_error(error)
            ctx.exit(error.exit_code)

    def _interrupted(self, ctx: click.Context, interrupt: KeyboardInterrupt) -> None:
        """Ends the process as the shell expects after Ctrl-C, and says what state things are in."""
        from telamon.cli.console import show_interrupt

        show_interrupt(next(iter(getattr(interrupt, "__notes__", [])), UNTOUCHED))
        ctx.exit(INTERRUPTED)


def _interrupt_behind(error: BaseException | None) -> KeyboardInterrupt | None:
    """The interrupt that an error is, or in whose handling it came up."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error


@click.group(
    "telamon",
    cls=LazyGroup,
    lazy={
        "init": "Write what a project needs around its migrations.",
        "doctor": "Tell what is wrong with this set-up, and what to do.",
    },
)
@click.version_option(__version__, prog_name="telamon")
def main() -> None:
    """Schema migrations for PostgreSQL: proved, sealed, patient."""


@main.command("version", hidden=True)
def version() -> None:
    """Prints the version."""
    click.echo(f"telamon, version {__version__}")


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
        "down": "Undo migrations of a target.",
        "status": "Tell what is applied to a target and what is pending.",
        "ls": "List the migrations.",
        "edit": "Edit a migration and seal it.",
        "rm": "Remove migrations.",
        "squash": "Make one migration of several.",
        "rebase": "Put migrations that are not merged yet after those that are.",
        "checkpoint": "Write the whole schema as a file from which new databases start.",
        "import": "Convert the migrations of another tool.",
        "test": "Run tests of migrations, written in SQL.",
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
        "access": "Tell who may do what, or what changes about it.",
        "drift": "Compare a target with what its revision says it is.",
        "stats": "Print how large and busy a target is, for forecasts of lint.",
        "clean": "Drop everything in a target.",
    },
)
def schema() -> None:
    """Work with schemas directly, without a directory."""


@main.group(
    "seed",
    cls=LazyGroup,
    lazy={
        "apply": "Load the files of seeds/ into a target.",
        "status": "Tell which files of seeds/ a target has.",
        "dump": "Write tables of a target as files of seeds/.",
    },
)
def seed() -> None:
    """Work with the rows that belong to an environment."""


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
