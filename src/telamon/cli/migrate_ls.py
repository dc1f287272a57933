"""`telamon migrate ls`."""

from __future__ import annotations

import click

from telamon.cli.options import directory_of, directory_option, format_option, project_options


@click.command("ls")
@directory_option
@click.option("--short", is_flag=True, help="Versions only.")
@click.option("--latest", is_flag=True, help="The last one only.")
@project_options
@format_option
def command(
    directory_url: str | None, short: bool, latest: bool, env: str | None, config: str | None, form: str
) -> None:
    """Lists the migrations in the order in which they run."""
    from telamon.directory import Directory

    files = Directory.read(directory_of(directory_url, config, env)).executable()
    files = files[-1:] if latest else files
    if form == "json":
        import json

        listed = [
            {"version": file.version, "description": file.description, "name": file.name, "checkpoint": file.checkpoint}
            for file in files
        ]
        click.echo(json.dumps(listed))
        return
    for file in files:
        click.echo(file.version if short else file.name)
