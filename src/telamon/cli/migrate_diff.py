"""`telamon migrate diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from telamon.cli.compat import accepted, chosen_form, refused
from telamon.cli.console import interactive, note, offer_attributes
from telamon.cli.options import (
    desired,
    dev_option,
    directory_option,
    format_option,
    load_env,
    order_option,
    project_options,
    rename_options,
    scope_of,
    scope_options,
    wishes_of,
)

if TYPE_CHECKING:
    from telamon.engine import Planned
    from telamon.plan import Plan
    from telamon.project import Env


@click.command("diff")
@click.argument("name", default="")
@click.option("--to", multiple=True, help="The desired schema; repeatable.")
@directory_option
@dev_option
@scope_options
@rename_options
@order_option
@click.option("--check", is_flag=True, help="Write nothing; exit with 3, and the plan, if a migration is missing.")
@project_options
@click.option("--qualifier", default=None, help="Write this schema's name where it would be left out.")
@click.option("--edit", is_flag=True, help="Open the file in the editor (VISUAL, EDITOR), and seal it afterwards.")
@accepted("--lock-timeout", help="Dev databases are one's own: nobody waits.")
@refused("--dry-run", do="Print it: telamon schema diff --from file://migrations --to ...")
@format_option
def command(
    name: str,
    to: tuple[str, ...],
    directory_url: str | None,
    dev: str | None,
    schemas: tuple[str, ...],
    exclude: tuple[str, ...],
    renames: tuple[str, ...],
    no_rename: bool,
    using: tuple[str, ...],
    strict_order: bool,
    check: bool,
    env: str | None,
    config: str | None,
    qualifier: str | None,
    edit: bool,
    form: str,
) -> None:
    """Writes the migration that leads from the directory to the desired schema.

    It is executed on a dev database first, and written only when it leads there exactly.
    """
    from telamon.directory import Directory
    from telamon.generate import migrate_diff
    from telamon.sources import open_source

    project = load_env(env, config)
    form = chosen_form(form, project, "text", "json")
    specs, base, python = desired(to, project)
    directory = Directory.read(directory_url or project.dir or "migrations", missing_ok=True)
    written = migrate_diff(
        directory,
        open_source(specs, base=base, python=python),
        name,
        dev=project.dev_server(dev),
        scope=scope_of(project, schemas, exclude, dev=project.dev_server(dev), qualifier=qualifier),
        wishes=wishes_of(renames, no_rename, using, project, required=not check, strict_order=strict_order),
        consent=lambda plan: consent(plan, project),
        check=check,
    )
    planned = written.planned
    for text in planned.unmanaged if planned else ():
        note(f"Not managed: {text}")
    if check and planned and planned.plan:
        show_missing(planned, form)
    if written.file is None:
        if form == "json":
            show({"file": None, "statements": 0})
        elif planned and planned.plan:
            note("Nothing was written.")
        else:
            note("The migration directory is synced with the desired state, no changes to be made")
        return
    assert planned is not None
    for loss in planned.plan.losses:
        note(f"Hazard: this migration loses {loss}")
    if planned.proof and planned.proof.data:
        note(f"Hazard: whether it can be applied depends on the rows: {planned.proof.data}")
    if form == "json":
        show({"file": written.file, "statements": len(planned.plan.steps), "losses": list(planned.plan.losses)})
        return
    click.echo(written.file)
    count = len(planned.plan.steps)
    note(f"Proved on the dev database and sealed: {count} change{'s' if count != 1 else ''}")
    offer_attributes(directory.path, len(directory.files))
    if edit:
        from telamon.cli import migrate_edit

        click.get_current_context().invoke(
            migrate_edit.command, version="", directory_url=directory.path, env=env, config=config
        )


def show_missing(planned: Planned, form: str) -> None:
    """Prints the plan of the migration that is missing, and fails.

    Raises:
        CheckError: always.
    """
    from telamon.errors import CheckError
    from telamon.report.plan import plan_as_json

    click.echo(plan_as_json(planned.plan) if form == "json" else planned.sql().rstrip("\n"))
    for candidate in planned.candidates:
        note(f"Perhaps a rename: {candidate}")
    count = len(planned.plan.steps)
    raise CheckError(
        f"The schema is ahead of the migration directory by {count} change{'s' if count != 1 else ''}",
        do="Write the migration: telamon migrate diff NAME, and commit it.",
    )


def show(value: dict[str, Any]) -> None:
    """Prints JSON."""
    import json

    click.echo(json.dumps(value))


def consent(plan: Plan, project: Env) -> bool:
    """What the configuration, or the person, says about data loss."""
    from telamon.errors import CheckError

    policy = project.destructive or ("ask" if interactive() else "allow")
    if policy == "allow":
        return True
    if policy == "refuse":
        raise CheckError(
            "The migration would lose data, and the configuration refuses that",
            where="\n".join(plan.losses),
            do='Change the schema, or set destructive = "ask" or "allow".',
        )
    if not interactive():
        raise CheckError(
            "The migration would lose data, and there is no terminal on which to ask",
            where="\n".join(plan.losses),
            do='Run it on a terminal, or set destructive = "allow".',
        )
    for loss in plan.losses:
        note(f"This loses {loss}")
    return click.confirm("Write the migration?", err=True)
