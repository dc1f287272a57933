"""`telamon schema diff`."""

from __future__ import annotations

import click

from telamon.cli.compat import chosen_form, format_option_of
from telamon.cli.console import note
from telamon.cli.options import (
    dev_option,
    load_env,
    order_option,
    project_options,
    rename_options,
    scope_of,
    scope_options,
    wishes_of,
)


@click.command("diff")
@click.option("--from", "-f", "old", multiple=True, required=True, help="The current schema: a source; repeatable.")
@click.option("--to", "new", multiple=True, required=True, help="The desired schema: a source; repeatable.")
@click.option(
    "--prove/--no-prove", default=True, help="Execute the plan on a dev copy of the current schema first (the default)."
)
@dev_option
@scope_options
@rename_options
@order_option
@project_options
@format_option_of("sql", "json")
def command(
    old: tuple[str, ...],
    new: tuple[str, ...],
    prove: bool,
    dev: str | None,
    schemas: tuple[str, ...],
    exclude: tuple[str, ...],
    renames: tuple[str, ...],
    no_rename: bool,
    using: tuple[str, ...],
    strict_order: bool,
    env: str | None,
    config: str | None,
    form: str,
) -> None:
    """Prints the SQL that leads from one schema to another, and runs nothing on either."""
    from pathlib import Path

    from telamon.api import major_of
    from telamon.engine import open_engine, plan_between
    from telamon.sources import open_source
    from telamon.states import resolved

    project = load_env(env, config)
    form = chosen_form(form, project, "sql", "json")
    old, new = tuple(resolved(old, project)), tuple(resolved(new, project))
    sources = [open_source(specs, base=Path.cwd(), python=project.python) for specs in (old, new)]
    scope = scope_of(project, schemas, exclude, *old, *new)
    wishes = wishes_of(renames, no_rename, using, project, required=False, strict_order=strict_order)
    with open_engine(project.dev_server(dev), scope, major=major_of(*sources)) as engine:
        planned = plan_between(engine, sources[0], sources[1], wishes, proved=prove)
    for text in planned.unmanaged:
        note(f"Not managed: {text}")
    if planned.unproved:
        note(f"Not proved: {planned.unproved}")
    for rename in planned.candidates:
        note(f"Perhaps a rename: {rename} (--rename {rename.flag})")
    for loss in planned.plan.losses:
        note(f"Hazard: this loses {loss}")
    if planned.proof and planned.proof.data:
        note(f"Hazard: whether it can be applied depends on the rows: {planned.proof.data}")
    if form == "json":
        from telamon.report.plan import plan_as_json

        click.echo(plan_as_json(planned.plan))
    elif planned.plan:
        click.echo(planned.plan.sql(), nl=False)
    else:
        note("Schemas are synced, no changes to be made.")
