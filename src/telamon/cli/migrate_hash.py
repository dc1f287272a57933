"""`telamon migrate hash`."""

from __future__ import annotations

import click

from telamon.cli.console import note
from telamon.directory import SUM_FILE, Directory


@click.command("hash")
@click.option("--dir", "directory_url", default="migrations", help="The migration directory, a path or file://path.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
def command(directory_url: str, form: str) -> None:
    """Writes atlas.sum anew for the files as they are. What was changed deliberately is accepted by this."""
    directory = Directory.read(directory_url)
    changed = directory.sum_content != directory.computed.render()
    if changed:
        directory.seal()
    if form == "json":
        import json

        files = len(directory.computed.entries)
        click.echo(json.dumps({"files": files, "total": directory.computed.total, "changed": changed}))
        return
    note(f"{directory.path}/{SUM_FILE} {'is written anew' if changed else 'was right already'}")
