"""`telamon migrate down`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from telamon.cli.console import note
from telamon.cli.declared import declared_options, execute, intent_of, refuse_losses, show_plan
from telamon.cli.options import directory_option, rename_options, wishes_of
from telamon.cli.target_options import first
from telamon.errors import UsageError

if TYPE_CHECKING:
    from telamon.apply.target import Target
    from telamon.declare import Intent
    from telamon.engine import Engine
    from telamon.project import Env


@click.command("down")
@click.argument("amount", type=click.IntRange(1), required=False)
@click.option("--to-version", default=None, metavar="VERSION", help="Undo what came after this version.")
@click.option("--from-target", is_flag=True, help="Begin at what the target holds, even if its version says otherwise.")
@click.option("--allow-destructive", is_flag=True, help="Go on even if data is lost.")
@click.option("--revisions-schema", default=None, help="The schema of the revision table.")
@directory_option
@declared_options
@rename_options
def command(
    amount: int | None,
    to_version: str | None,
    from_target: bool,
    allow_destructive: bool,
    revisions_schema: str | None,
    directory_url: str | None,
    **given: Any,
) -> None:
    """Undoes the last migration of a target, or AMOUNT of them: plans, proves on the dev database, shows, asks, runs.

    The way back is planned from the migrations, or is what a migration says itself (down.sql).
    """
    if amount is not None and to_version is not None:
        raise UsageError("AMOUNT and --to-version exclude each other")

    def intend(engine: Engine, target: Target, project: Env) -> Intent:
        from telamon.directory import Directory
        from telamon.down import Goal, intend_down

        schema = first(revisions_schema, project.revisions_schema, default=None)
        wishes = wishes_of(given["renames"], given["no_rename"], given["using"], project, required=True)
        wishes = replace(wishes, renames=given["renames"])  # the configuration's lead forwards
        directory = Directory.read(first(directory_url, project.dir, default="migrations"))
        return intend_down(engine, target, directory, Goal(amount, to_version, from_target, schema), wishes)

    with intent_of(given, intend) as work:
        if way := work.intent.way:
            note(f"From version {way.current} back to {way.target or 'nothing'}: {', '.join(way.files)}")
        if not work.intent:
            show_plan(work, given["form"], applied=False, nothing="The target is at that version already")
            return
        if given["dry_run"]:
            show_plan(work, given["form"], applied=False)
            return
        refuse_losses(work, allowed=allow_destructive)
        execute(work, given, question="Undo?")
