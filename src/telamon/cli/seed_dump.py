"""`telamon seed dump`."""

from __future__ import annotations

import json
from typing import Any

import click

from telamon.cli.seed_options import place_of, seed_options


@click.command("dump")
@click.argument("tables", nargs=-1, required=True)
@seed_options
@click.option("--only", "own", is_flag=True, help="Into the folder of the environment, not that of all.")
@click.option("--force", is_flag=True, help="Replace files.")
def command(tables: tuple[str, ...], form: str, own: bool, force: bool, **given: Any) -> None:
    """Writes TABLES of a target as CSV files of seeds/, each with all its rows, ordered by key."""
    from telamon.seeding.dump import dump

    place = place_of(given)
    folder = place.folder / place.options.env if own else place.folder
    written = dump(place.url, tables, folder, place.options, force=force)
    if form == "json":
        click.echo(json.dumps([str(path) for path in written]))
        return
    for path in written:
        click.echo(f"{path}: written")
