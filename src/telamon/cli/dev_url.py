"""`telamon dev url`."""

from __future__ import annotations

import json

import click

from telamon.cli.compat import format_option_of


@click.command("url")
@click.option("--major", type=click.IntRange(min=14), help="The PostgreSQL major version to prefer.")
@format_option_of("text", "json")
def command(major: int | None, form: str) -> None:
    """Starts the embedded server and prints a URL of an empty database on it.

    The server stays up until `telamon dev stop`, and so does the database.
    """
    from telamon.cli.console import note
    from telamon.dev.embedded import lend

    url = lend(major)
    click.echo(json.dumps({"url": url}) if form == "json" else url)
    note("The server stays up until: telamon dev stop")
