"""`telamon seed status`."""

from __future__ import annotations

import json
from typing import Any

import click

from telamon.cli.seed_options import place_of, seed_options


@click.command("status")
@seed_options
def command(form: str, **given: Any) -> None:
    """Tells which files of seeds/ a target has: loaded, changed since, pending, or gone from the folder."""
    from telamon.seeding import seed_status

    place = place_of(given)
    found = seed_status(place.url, place.folder, place.options)
    if form == "json":
        click.echo(json.dumps([each.to_json() for each in found], indent=2))
        return
    for each in found:
        click.echo(f"{each.file}: {each.state}")
