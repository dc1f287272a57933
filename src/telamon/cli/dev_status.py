"""`telamon dev status`."""

from __future__ import annotations

import json

import click

from telamon.cli.compat import format_option_of


@click.command("status")
@click.option("--major", type=click.IntRange(min=14), help="The PostgreSQL major version to prefer.")
@format_option_of("text", "json")
def command(major: int | None, form: str) -> None:
    """Tells which server is used for the dev database, and which have data here."""
    from telamon.dev.embedded import EmbeddedDev, clusters

    dev = EmbeddedDev(major)
    known = [
        {
            "directory": str(cluster.directory),
            "binaries": str(cluster.binaries),
            "state": cluster.state(),
        }
        for cluster in clusters()
    ]
    if form == "json":
        used = {"version": dev.binaries.version, "binaries": str(dev.binaries.folder)}
        click.echo(json.dumps({"uses": used | {"directory": str(dev.cluster.directory)}, "servers": known}, indent=2))
        return
    click.echo(f"Uses PostgreSQL {dev.binaries.version} from {dev.binaries.folder}")
    click.echo(f"with data in {dev.cluster.directory}")
    for server in known:
        click.echo(f"{server['state']:<8} {server['directory']}")
