"""`telamon migrate new`."""

from __future__ import annotations

import click

from telamon.cli.console import note, offer_attributes
from telamon.directory import Directory, file_name


@click.command("new")
@click.argument("name", default="")
@click.option("--dir", "directory_url", default="migrations", help="The migration directory, a path or file://path.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
def command(name: str, directory_url: str, form: str) -> None:
    """Adds an empty migration file, sealed, to write SQL into. Seal it again with `migrate hash` afterwards.

    Prints the path of the file.
    """
    directory = Directory.read(directory_url, missing_ok=True)
    version = directory.new_version()
    created = file_name(version, name)
    directory.write(created, b"")
    path = f"{directory.path}/{created}"
    if form == "json":
        import json

        click.echo(json.dumps({"version": version, "name": created, "path": path}))
        return
    click.echo(path)
    note(f"When it is written: telamon migrate hash --dir {directory.path}")
    offer_attributes(directory.path, len(directory.files))
