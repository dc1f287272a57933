"""`telamon migrate ls`."""

from __future__ import annotations

import click

from telamon.cli.options import dir_option, format_option, load_env, project_options, read_directory


@click.command("ls")
@dir_option
@click.option("--short", is_flag=True, help="Versions only.")
@click.option("--latest", is_flag=True, help="The last one only.")
@project_options
@format_option
def command(
    directory_url: str | None, short: bool, latest: bool, env: str | None, config: str | None, form: str
) -> None:
    """Lists the migrations in the order in which they run."""
    files = read_directory(directory_url, load_env(env, config)).executable()
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
