"""`telamon schema apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from telamon.cli.declared import declared_options, execute, intent_of, refuse_losses, show_plan
from telamon.cli.options import desired, order_option, rename_options, wishes_of

if TYPE_CHECKING:
    from telamon.apply.target import Target
    from telamon.declare import Intent
    from telamon.engine import Engine
    from telamon.project import Env


@click.command("apply")
@click.option("--to", multiple=True, help="The desired schema: a source; repeatable.")
@click.option("--allow-destructive", is_flag=True, help="Go on even if data is lost.")
@declared_options
@rename_options
@order_option
def command(to: tuple[str, ...], allow_destructive: bool, **given: Any) -> None:
    """Brings a target to the desired schema: plans, proves on the dev database, shows, asks, runs."""

    def intend(engine: Engine, target: Target, project: Env) -> Intent:
        from telamon.declare import intend_apply
        from telamon.sources import open_source

        specs, base, python = desired(to, project)
        told = (given["renames"], given["no_rename"], given["using"])
        wishes = wishes_of(*told, project, required=True, strict_order=given["strict_order"])
        return intend_apply(engine, target, open_source(specs, base=base, python=python), wishes)

    given["to"] = to
    with intent_of(given, intend) as work:
        if not work.intent:
            show_plan(work, given["form"], applied=False, nothing="Schema is synced, no changes to be made")
            return
        if given["dry_run"]:
            show_plan(work, given["form"], applied=False)
            return
        refuse_losses(work, allowed=allow_destructive)
        execute(work, given, question="Apply?")
