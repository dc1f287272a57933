"""`telamon dev url`."""

from __future__ import annotations

import json

import click


@click.command("url")
@click.option("--major", type=click.IntRange(min=14), help="The PostgreSQL major version to prefer.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(major: int | None, form: str) -> None:
    """Start the embedded server and print a URL of an empty database on it.

    The server stays up until `telamon dev stop`, and so does the database.
    """
    from telamon.cli.console import note
    from telamon.dev.embedded import lend

    url = lend(major)
    click.echo(json.dumps({"url": url}) if form == "json" else url)
    note("The server stays up until: telamon dev stop")
