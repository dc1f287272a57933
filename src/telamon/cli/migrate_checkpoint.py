"""`telamon migrate checkpoint`."""

from __future__ import annotations

import click

from telamon.cli.console import note
from telamon.cli.options import (
    dev_option,
    directory_of,
    directory_option,
    format_option,
    load_env,
    project_options,
    roles_of,
    with_declared,
)


@click.command("checkpoint")
@click.argument("tag", default="")
@directory_option
@dev_option
@project_options
@format_option
def command(
    tag: str, directory_url: str | None, dev: str | None, env: str | None, config: str | None, form: str
) -> None:
    """Writes the whole schema as a file from which new databases start, and proves that they come out the same.

    Databases that have a history never run it.
    """
    from telamon.directory import Directory
    from telamon.engine import open_engine
    from telamon.history.checkpoint import checkpoint

    project = load_env(env, config)
    directory = Directory.read(directory_of(directory_url, config, env))
    directory.check()
    with open_engine(project.dev_server(dev), with_declared(roles_of(project), project)) as engine:
        made = checkpoint(engine, directory, tag)
    directory.become(made.wanted)
    if form == "json":
        import json

        click.echo(json.dumps({"file": made.file, "warnings": list(made.warnings)}))
        return
    click.echo(f"{directory.path}/{made.file}")
    for warning in made.warnings:
        note(f"Warning: {warning}")
    note("New databases start here; proved equal on the dev database.")
